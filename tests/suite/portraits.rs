//! C8, C12: a customer's own page, where its facts are from, and finding a customer. Figures worked out by hand.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

/// Zhang Wei has a card (M1) and an online account (W9) under one telephone; W9 joined later. Li Na's birthday is her
/// joining day, which is doubtful; nothing is to be done about Wang Qiang.
const MEMBERS: &str = "会员卡号,姓名,手机号,邮箱,生日,地址,性别,入会日期,归属门店编码\n\
    M1,张伟,13912340001,,1990-03-04,人民路12号3室,男,2020-01-01,S1\n\
    M2,李娜,13912340002,lina@a.cn,2001-05-06,,女,2001-05-06,S2\n\
    M3,王强,13912340003,,1985-01-05,,男,2024-01-01,S1\n\
    W9,张伟,13912340001,zhang.wei@a.cn,1990-03-04,,男,2022-05-01,S1\n";

const SALES: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,channel,quantity,amount,kind,original_transaction_id\n\
    T1,2026-09-10 10:00,S1,M1,A,绿茶,茶,store,1,100,sale,\n\
    T1,2026-09-10 10:00,S1,M1,B,杯子,器具,store,1,50,sale,\n\
    T2,2026-10-02 10:00,S1,W9,A,绿茶,茶,online,2,200,sale,\n\
    T3,2026-10-20 10:00,S2,M1,C,饼干,零食,store,1,30,sale,\n\
    R1,2026-10-25 10:00,S2,M1,C,饼干,零食,store,1,-10,refund,T3\n\
    T4,2026-10-05 10:00,S2,M2,A,绿茶,茶,store,1,40,sale,\n\
    T5,2026-10-06 10:00,S1,M3,A,绿茶,茶,store,1,60,sale,\n";

const FEEDBACK: &str = "feedback_id,at,record_id,store_id,kind,text,status\n\
    F1,2026-10-03 09:00,W9,S1,complaint,杯子有裂纹,open\nF2,2026-09-03 09:00,M3,S1,complaint,等太久,closed\n";

fn project() -> TestProject {
    TestProject::empty()
        .file("data/sales.csv", SALES)
        .file("data/会员.csv", MEMBERS)
        .file("data/feedback.csv", FEEDBACK)
        .today(DAY)
}

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

/// Where a person's page stands in a book that is not sealed. Worked out with Python's hmac: HKDF-SHA-256 of
/// `storebook references, not secret`, no salt, info = the two texts after their lengths in four bytes.
fn reference(id: &str) -> &'static str {
    match id {
        "P0000001" => "e3f81ec822d38c7564bc5cd692da8952",
        "P0000002" => "5543bae5db794a1ffab49ad41eedb1f7",
        "P0000003" => "74a359f1e7320ac9c5d01d590ca7eb27",
        "P0000004" => "54181a225d22e9aa747ae2211e45a43c",
        _ => panic!("{id} was not worked out"),
    }
}

fn id_of(project: &TestProject, name: &str) -> String {
    let answer = asked(project, &format!("select person_id from people where name = '{name}'"));
    answer.lines().nth(1).expect("the person").to_owned()
}

#[test]
fn c12_people_somebody_should_act_on_have_a_page() {
    let listed = "select p.name, w.store_id, w.complaint, w.confirm, w.review, w.place from portrait_people w join people p using (person_id) order by p.name";
    assert_eq!(
        asked(&project(), listed),
        "name,store_id,complaint,confirm,review,place\n\
         张伟,S1,true,false,false,1\n\
         李娜,S2,false,true,false,1\n"
    );
    let with = |settings: &str| asked(&project().file("storebook.toml", settings), listed);
    assert_eq!(with("[portraits]\nof = \"nobody\"\n"), "name,store_id,complaint,confirm,review,place\n");
    assert_eq!(
        with("[portraits]\nof = \"active\"\nmost_per_store = 0\n"),
        "name,store_id,complaint,confirm,review,place\n\
         张伟,S1,true,false,false,1\n\
         李娜,S2,false,true,false,1\n\
         王强,S1,false,false,false,2\n"
    );
    // Who confirmed that she did join on her birthday is not asked again; in a year she is.
    let told = |on: &str| {
        let file = format!("interaction_id,at,record_id,store_id,channel,result\nI1,{on} 09:00,M2,S2,phone,已核对\n");
        asked(&project().file("data/interactions.csv", file), "select person_id from confirm_details")
    };
    assert_eq!(told("2026-10-30"), "person_id\n");
    assert_eq!(told("2025-10-30").lines().count(), 2);
}

#[test]
fn c12_every_detail_names_the_record_it_is_from() {
    assert_eq!(
        asked(
            &project(),
            "select f.field, f.value, f.record_id, f.last_used_on, f.same, f.different, f.reason from portrait_facts f join people p using (person_id) where p.name = '张伟' order by f.field_no"
        ),
        "field,value,record_id,last_used_on,same,different,reason\n\
         name,张伟,W9,2026-10-02,1,0,\n\
         gender,male,W9,2026-10-02,1,0,\n\
         birthday,1990-03-04,W9,2026-10-02,1,0,\n\
         phone,13912340001,W9,2026-10-02,1,0,\n\
         email,zhang.wei@a.cn,W9,2026-10-02,0,0,\n\
         address,人民路12号3室,M1,2026-10-20,0,0,\n"
    );
    assert_eq!(
        asked(&project(), "select value, reason from portrait_facts where field = 'birthday' and reason is not null"),
        "value,reason\n2001-05-06,birthday_is_joining\n"
    );
}

#[test]
fn c12_what_a_person_buys_and_where() {
    let project = project();
    assert_eq!(
        asked(
            &project,
            "select kind, place, value, days, share, f.net_sales from portrait_preferences f join people p using (person_id) where p.name = '张伟' order by kind, place"
        ),
        "kind,place,value,days,share,net_sales\n\
         category,1,茶,2,0.666667,300.00\n\
         category,2,器具,1,0.333333,50.00\n\
         category,3,零食,1,0.333333,20.00\n\
         channel,1,store,2,0.666667,170.00\n\
         channel,2,online,1,0.333333,200.00\n\
         store,1,S1,2,0.666667,350.00\n\
         store,2,S2,1,0.333333,20.00\n"
    );
    assert_eq!(
        asked(
            &project,
            "select place, transaction_id, ordered_on, net_amount, is_refund, products, more from portrait_orders o join people p using (person_id) where p.name = '张伟' order by place"
        ),
        "place,transaction_id,ordered_on,net_amount,is_refund,products,more\n\
         1,R1,2026-10-25,-10.00,true,饼干,0\n\
         2,T3,2026-10-20,30.00,false,饼干,0\n\
         3,T2,2026-10-02,200.00,false,绿茶,0\n\
         4,T1,2026-09-10,150.00,false,绿茶、杯子,0\n"
    );
    let two = TestProject::empty()
        .file("data/sales.csv", SALES)
        .file("data/会员.csv", MEMBERS)
        .file("data/feedback.csv", FEEDBACK);
    let two = two.file("storebook.toml", "[portraits]\norders = 2\n");
    assert_eq!(
        asked(
            &two,
            "select transaction_id from portrait_orders o join people p using (person_id) where p.name = '张伟' order by o.place"
        ),
        "transaction_id\nR1\nT3\n"
    );
    // 24 months to October 2026; the refund counts in the month of its sale.
    assert_eq!(
        asked(
            &project,
            "select count(*) as months, min(month) as first, max(month) as last, max(net_sales) filter (where month = '2026-10-01') as october, max(net_sales) filter (where month = '2026-09-01') as september, sum(net_sales) as net_sales from portrait_months o join people p using (person_id) where p.name = '张伟'"
        ),
        "months,first,last,october,september,net_sales\n24,2024-11-01,2026-10-01,220.00,150.00,370.00\n"
    );
}

#[test]
fn c12_the_page_stands_at_an_address_that_tells_nothing() {
    let project = project();
    project.build();
    let folder = format!("output/customers/{}", reference(&id_of(&project, "张伟")));
    let page = project.read(&format!("{folder}/index.html"));
    for words in ["有投诉还没办完", "杯子有裂纹", "人民路12号3室", "139****0001", "绿茶、杯子", "customers · W9"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("13912340001"), "telephone numbers are masked");
    assert!(
        project
            .read(&format!("{}/index.html", folder.replace("output/", "output/en/")))
            .contains("A complaint is still open")
    );
    for path in project.tree().keys().filter(|path| path.contains("customers/")) {
        assert!(!path.to_lowercase().contains("p000"), "{path}");
    }
    // A list leads to it.
    let list = project.read("output/customers/find/s1/index.html");
    assert!(list.contains(&format!("../../{}/index.html", reference(&id_of(&project, "张伟")))), "{list}");
}

#[test]
fn c8_a_store_finds_its_own_customers_only() {
    let project = project();
    project.build();
    let people = |page: &str| -> Vec<(String, String)> {
        let html = project.read(page);
        let (_, rest) = html.split_once("<div class=\"lookup-data\" hidden>").expect("the people");
        let data = rest.split_once("</div>").expect("their end").0.replace("&quot;", "\"").replace("&#x2F;", "/");
        let list: Vec<serde_json::Value> = serde_json::from_str(&data).expect("JSON");
        list.iter()
            .map(|person| (person[0].as_str().unwrap().to_owned(), person[1].as_str().unwrap().to_owned()))
            .collect()
    };
    let named =
        |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    // Who came last stands first.
    assert_eq!(people("output/customers/find/s1/index.html"), named(&[("0001", "张伟"), ("0003", "王强")]));
    assert_eq!(people("output/customers/find/s2/index.html"), named(&[("0002", "李娜")]));
    assert_eq!(people("output/customers/index.html").len(), 3);
    let one = project.file("storebook.toml", "[portraits]\nlookup = 1\n");
    one.build();
    assert!(!one.read("output/customers/find/s1/index.html").contains("王强"));
}

#[test]
fn c6_an_id_that_was_given_up_leads_to_the_person() {
    let apart = MEMBERS
        .replace("W9,张伟,13912340001,zhang.wei@a.cn,1990-03-04", "W9,章炜,13912340009,zhang.wei@a.cn,1971-08-09");
    let project = project().file("data/会员.csv", apart);
    project.build();
    let (card, online) = (id_of(&project, "张伟"), id_of(&project, "章炜"));
    let address = |id: &str| format!("output/customers/{}/index.html", reference(id));
    // Only the online account complained.
    assert!(project.read(&address(&online)).contains("章炜"));
    let project = project.file("data/会员.csv", MEMBERS);
    project.build();
    assert_eq!(id_of(&project, "张伟"), card);
    let moved = project.read(&address(&online));
    assert!(moved.contains("这个编号的记录后来并到了另一位顾客名下"), "{moved}");
    assert!(moved.contains(&format!("../{}/index.html", reference(&card))));
    assert!(project.read(&address(&card)).contains("有投诉还没办完"));
}
