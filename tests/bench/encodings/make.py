"""Writes sales of a made-up till: make.py FILE ENCODING MEGABYTES. The same rows in any encoding; the size is that of UTF-8."""
import random
import sys

path, encoding, size = sys.argv[1], sys.argv[2], int(float(sys.argv[3]) * 1e6)
draw = random.Random(7)
goods = ["普洱茶饼三五七克", "明前龙井礼盒", "桂花乌龙（大袋）", "茉莉花茶", "陈皮白茶组合装", "紫砂壶"]
kinds = ["茶叶", "礼盒", "茶具"]
head = "订单编号,下单时间,门店编码,会员卡号,商品编码,商品名称,商品品类,数量,实付金额,备注\r\n"
with open(path, "wb") as file:
    file.write(head.encode(encoding))
    done = len(head.encode())
    number = 0
    while done < size:
        rows = []
        for _ in range(10_000):
            number += 1
            at = draw.randrange(len(goods))
            day = f"2026-{1 + number // 400 % 10:02}-{1 + number // 7 % 28:02} {8 + number % 12:02}:{number % 60:02}:00"
            rows.append(f"T{number:09},{day},S{number % 97:02},M{draw.randrange(400_000):06},P{at},{goods[at]},{kinds[at % 3]},"
                        f"{1 + number % 3},{draw.randrange(1000, 90_000) / 100:.2f},{'送货上门，请先打电话' if number % 5 == 0 else ''}\r\n")
        text = "".join(rows)
        done += len(text.encode())
        file.write(text.encode(encoding))
print(f"{path}: {number} rows")
