"""Writes customers and their sales: make.py DATA RECORDS. A tenth of the people hold a second card, with slips in it."""
import random
import sys

folder, records = sys.argv[1], int(sys.argv[2])
draw = random.Random(7)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊芳娜敏静丽艳娟霞秀英华慧巧美婷雪琳晶妍茜秋珊莎锦黛青倩婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯悦昭冰爽琬羽希欣飘育滢筱"
CITIES = "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 长沙 郑州 青岛 宁波".split()


def person():
    share = draw.random()
    name = SURNAMES[int(share * share * len(SURNAMES))] + "".join(draw.choice(GIVEN) for _ in range(2 if draw.random() < 0.82 else 1))
    return {
        "name": name,
        "phone": f"1{draw.randrange(3, 10)}{draw.randrange(10**9):09}" if draw.random() < 0.93 else "",
        "email": f"u{draw.randrange(10**8)}@mail{draw.randrange(9)}.cn" if draw.random() < 0.4 else "",
        "birthday": f"{draw.randrange(1950, 2009)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}" if draw.random() < 0.7 else "",
        "city": draw.choice(CITIES),
    }


def again(first):
    second = dict(first)
    if draw.random() < 0.2:
        second["name"] = second["name"][0] + draw.choice(["先生", "女士"])
    if draw.random() < 0.3 and second["phone"]:
        at = draw.randrange(3, 11)
        second["phone"] = second["phone"][:at] + str(draw.randrange(10)) + second["phone"][at + 1:]
    if draw.random() < 0.3:
        second["email"] = ""
    if draw.random() < 0.1:
        second["birthday"] = ""
    return second


def people():
    while True:
        first = person()
        if draw.random() < 0.1:
            yield again(first)
        yield first


with open(f"{folder}/customers.csv", "w", encoding="utf-8") as customers, open(f"{folder}/sales.csv", "w", encoding="utf-8") as sales:
    customers.write("record_id,store_id,name,phone,email,birthday,city,joined_on\n")
    sales.write("transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n")
    for number, one in zip(range(1, records + 1), people()):
        store = f"S{number % 200:03}"
        customers.write(f"M{number:07},{store},{one['name']},{one['phone']},{one['email']},{one['birthday']},{one['city']},"
                        f"20{draw.randrange(15, 27):02}-{draw.randrange(1, 10):02}-{draw.randrange(1, 29):02}\n")
        if number % 2 == 0:
            sales.write(f"T{number:07},2026-{draw.randrange(1, 11):02}-{draw.randrange(1, 29):02} 10:00:00,{store},M{number:07},"
                        f"P{number % 50},1,{draw.randrange(1000, 90_000) / 100:.2f}\n")
