### 界面上的全部文字。一条一句；键名与其他语言文件相同。
### 说法要店长一看就懂，不用技术词。

## 语言名称

language-name = 简体中文

## 页面框架

nav-skip = 跳到正文
nav-language = 语言
nav-contents = 目录
nav-breadcrumb = 当前位置
nav-on-this-page = 本页内容
nav-pager = 上一页和下一页
nav-previous = 上一页
nav-next = 下一页
nav-home = 首页
nav-stores = { $n } 家门店
close = 关闭
page-data-until = 数据截至 { $date }
page-no-data = 还没有数据
page-audience = 仅限{ $audience }查看
page-confidential = 内部资料，仅限{ $audience }
page-definitions = 指标口径
page-print = 打印
unsealed-title = 未加密的预览。
unsealed-text = 请勿发布或转发。
wechat-title = 微信里无法下载。
wechat-text = 请点右上角「···」，选择「在浏览器打开」，再下载。
not-found-title = 没有这个页面
not-found-text = 地址可能写错了，或者页面已经移走。
not-found-home = 回到首页

## 谁可以看

audience-public = 公开
audience-hq = 总部
audience-region = { $name }大区
audience-store = { $name }
audience-member = 会员本人

## 目录分组

group-today = 今日
group-sales = 业绩
group-customers = 会员
group-marketing = 营销
group-service = 服务
group-data = 数据
group-about = 说明
group-portal = 顾客服务

## 表格

table-unnamed = 表格
table-search = 筛选
table-matches = 显示 { $shown } / { $total } 行
table-nothing = 没有符合的行
table-empty = 没有数据
table-shortened = 这里只列前 { $shown } 行，共 { $total } 行；下载的文件里是全部。
table-download = 下载表格
table-download-workbook = 下载 Excel
table-download-csv = CSV
table-rows = { $n } 行
table-total = 合计
table-other = 其他
table-unknown = 未知
table-few = 少于5人，不显示
yes = 是
no = 否

## 图表

chart-no-data = 数据不足，暂不绘图
chart-data = 查看数据
chart-data-of = { $title }的数据
chart-unnamed = 图表
chart-other = 其他 { $count } 项
chart-kind-line = 折线图
chart-kind-area = 面积图
chart-kind-bar = 柱形图
chart-kind-pie = 占比图
chart-kind-radar = 雷达图
chart-kind-heatmap = 热力图
chart-kind-funnel = 漏斗图
chart-kind-flow = 流向图
chart-kind-other = 图表
chart-summary-points = { $kind }，共 { $count } 项，从{ $first }到{ $last }。
chart-summary-one = { $kind }，只有一项：{ $first }。
chart-summary-series = { $name }：开始 { $first }，最后 { $last }；最低 { $min }（{ $min-at }），最高 { $max }（{ $max-at }）。
chart-summary-grid = { $kind }，{ $rows } 行 { $columns } 列；最低 { $min }（{ $min-at }），最高 { $max }（{ $max-at }）。
chart-summary-other = { $kind }。

## 关键数字

kpi-previous = 较前28天
kpi-last-month = 环比上月
kpi-last-year = 同比
kpi-chain = 全部门店平均
kpi-target = 目标
kpi-unchanged = 持平
kpi-points-change = { $n } 个百分点
unit-people = 人
unit-orders = 单
unit-items = 件
unit-days = 天
unit-points = 分
unit-stores = 家
unit-times = 次

## 意见反馈表

form-kind = 您想说的是
form-store = 哪家门店
form-store-any = 不针对某家门店
form-text = 请写下经过或想法
form-text-hint = 请不要写身份证号、银行卡号等信息。
form-nps = 您有多大可能向朋友推荐我们?
form-nps-low = 0 完全不会
form-nps-high = 10 一定会
form-contact = 手机或邮箱
form-contact-hint = 需要我们回复时填写，只用于回复这一次。
form-optional = （选填）
form-trap = 此栏请留空
form-consent = 我同意按隐私政策处理以上内容。
form-privacy = 隐私政策
form-send = 提交
form-send-mail = 用邮件发送
form-save = 存为文件
form-mail-explained = 填好后点「用邮件发送」，您的邮件软件会打开并带上内容，确认后发出，收件地址是 { $address }。也可以存为文件，交给门店。
form-file-explained = 填好后点「存为文件」，再把文件交给门店。
form-file-name = 意见反馈.json
form-sending = 正在提交…
form-mail-opened = 邮件软件已打开，请在那里点发送。
form-mail-long = 内容较长，已存为文件，请作为附件发到 { $address }。
form-saved = 文件已保存，请交给门店。
form-thanks = 已收到，谢谢。
form-subject = 顾客意见
feedback-kind-complaint = 投诉
feedback-kind-suggestion = 建议
feedback-kind-praise = 表扬
feedback-kind-survey = 满意度调查
feedback-kind-review = 评价
feedback-kind-rights = 个人信息请求

## 数据表名称

source-stores = 门店
source-customers = 会员
source-transactions = 交易
source-products = 商品
source-interactions = 互动记录
source-feedback = 反馈
source-survey-invitations = 问卷邀请
source-consents = 授权
source-points-entries = 积分流水
source-coupons = 优惠券
source-campaigns = 活动
source-campaign-targets = 活动名单
source-referrals = 推荐
source-staff = 店员
source-training = 培训
source-inspections = 门店检查
source-funnel-events = 购买流程
source-consignors = 寄售人
source-consignment-items = 寄售品
source-tags = 标签
source-store-aliases = 门店别名
source-store-successions = 门店接替
source-store-targets = 门店目标

## 告警

alert-sales-down = 销售明显下降
alert-refund-high = 退货偏多
alert-member-share-low = 会员销售占比偏低
alert-nps-low = 净推荐值偏低
alert-no-data = 没有新数据
alert-complaints-overdue = 投诉超时未处理
alert-target-behind = 目标完不成
alert-customers-down = 来的顾客少了
alert-churn-high = 流失风险大
alert-peers-below = 明显不如同类
alert-chain = 全部门店
alert-count = { $n } 条告警
alert-none = 没有需要处理的告警

## 分群方法

scheme-rfm-grid = RFM 分群
scheme-rfm-cell = RFM 八类
scheme-lifecycle = 生命周期
scheme-value = 价值
scheme-tier = 会员等级
scheme-cluster = 聚类
scheme-age = 年龄
scheme-gender = 性别
scheme-city = 城市
scheme-channel = 常用渠道
scheme-category = 最常买的品类
scheme-tag = 标签
trait-age = 年龄
trait-gender = 性别
trait-city = 城市
trait-store = 常去门店
trait-channel = 常用渠道
trait-category = 买过的品类
trait-lifecycle = 阶段
trait-value = 价值
cluster-1 = 第 1 群
cluster-2 = 第 2 群
cluster-3 = 第 3 群
cluster-4 = 第 4 群
cluster-5 = 第 5 群
cluster-6 = 第 6 群
cluster-7 = 第 7 群
cluster-8 = 第 8 群
feature-recency-days = 距上次购买天数
condition-recency-days-at-most = 距上次购买天数 ≤
condition-recency-days-above = 距上次购买天数 >
cluster-trait-recency-days-at-most = 最近来过
cluster-trait-recency-days-above = 好久没来
feature-frequency = 期内购买天数
condition-frequency-at-most = 期内购买天数 ≤
condition-frequency-above = 期内购买天数 >
cluster-trait-frequency-at-most = 来得少
cluster-trait-frequency-above = 来得勤
feature-monetary = 期内净销售额
condition-monetary-at-most = 期内净销售额 ≤
condition-monetary-above = 期内净销售额 >
cluster-trait-monetary-at-most = 花得少
cluster-trait-monetary-above = 花得多
feature-purchase-days = 购买天数
condition-purchase-days-at-most = 购买天数 ≤
condition-purchase-days-above = 购买天数 >
cluster-trait-purchase-days-at-most = 来得少
cluster-trait-purchase-days-above = 来得勤
feature-orders = 订单数
condition-orders-at-most = 订单数 ≤
condition-orders-above = 订单数 >
cluster-trait-orders-at-most = 单少
cluster-trait-orders-above = 单多
feature-net-sales = 一共净销售额
condition-net-sales-at-most = 一共净销售额 ≤
condition-net-sales-above = 一共净销售额 >
cluster-trait-net-sales-at-most = 花得少
cluster-trait-net-sales-above = 花得多
feature-avg-basket = 客单价
condition-avg-basket-at-most = 客单价 ≤
condition-avg-basket-above = 客单价 >
cluster-trait-avg-basket-at-most = 客单价低
cluster-trait-avg-basket-above = 客单价高
feature-refund-share = 退货率
condition-refund-share-at-most = 退货率 ≤
condition-refund-share-above = 退货率 >
cluster-trait-refund-share-at-most = 很少退货
cluster-trait-refund-share-above = 退货多
feature-median-gap-days = 平常隔几天
condition-median-gap-days-at-most = 平常隔几天 ≤
condition-median-gap-days-above = 平常隔几天 >
cluster-trait-median-gap-days-at-most = 隔得短
cluster-trait-median-gap-days-above = 隔得久
feature-stores-visited = 去过几家店
condition-stores-visited-at-most = 去过几家店 ≤
condition-stores-visited-above = 去过几家店 >
cluster-trait-stores-visited-at-most = 只去一两家店
cluster-trait-stores-visited-above = 去好几家店
feature-channels = 用过几个渠道
condition-channels-at-most = 用过几个渠道 ≤
condition-channels-above = 用过几个渠道 >
cluster-trait-channels-at-most = 单一渠道
cluster-trait-channels-above = 多个渠道
feature-age = 年龄
condition-age-at-most = 年龄 ≤
condition-age-above = 年龄 >
cluster-trait-age-at-most = 年轻
cluster-trait-age-above = 年长
feature-clv-12m = 往后 12 个月预计
condition-clv-12m-at-most = 往后 12 个月预计 ≤
condition-clv-12m-above = 往后 12 个月预计 >
cluster-trait-clv-12m-at-most = 预计价值低
cluster-trait-clv-12m-above = 预计价值高
feature-p-alive = 再来的可能性
condition-p-alive-at-most = 再来的可能性 ≤
condition-p-alive-above = 再来的可能性 >
cluster-trait-p-alive-at-most = 可能不再来
cluster-trait-p-alive-above = 还会来
feature-reasons = 预警的原因数
condition-reasons-at-most = 预警的原因数 ≤
condition-reasons-above = 预警的原因数 >
cluster-trait-reasons-at-most = 没什么预兆
cluster-trait-reasons-above = 预兆多
condition-root = 全部
stays-0 = 还会来
stays-1 = 不再来
verdict-stable = 稳定
verdict-doubtful = 存疑
verdict-unstable = 不稳定
chart-kind-tree = 决策树
age-under-18 = 18 岁以下
age-18-24 = 18–24 岁
age-25-34 = 25–34 岁
age-35-44 = 35–44 岁
age-45-54 = 45–54 岁
age-55-64 = 55–64 岁
age-65-up = 65 岁以上
age-unknown = 不知道
city-other = 其他城市
category-other = 其他品类
channel-other = 其他渠道

## RFM 八类：近度、频度、额度，y 为高

cell-yyy = 重要价值客户
cell-yny = 重要发展客户
cell-nyy = 重要保持客户
cell-nny = 重要挽留客户
cell-yyn = 一般价值客户
cell-ynn = 一般发展客户
cell-nyn = 一般保持客户
cell-nnn = 一般挽留客户

## RFM 分群与建议做法

grid-champions = 核心常客
grid-champions-action = 先请他们看新品，记住他们的喜好，请他们带朋友来。
grid-loyal = 忠诚常客
grid-loyal-action = 常联系，按常买的品类推荐，生日送上心意。
grid-potential-loyalist = 潜力常客
grid-potential-loyalist-action = 请他们再来一次：讲清会员好处，推荐搭配。
grid-new = 新客
grid-new-action = 三天内问候一次，一个月内请他们第二次到店。
grid-promising = 待培养新客
grid-promising-action = 第一次购买有些日子了，用小样或体验请他们再来。
grid-need-attention = 需关注
grid-need-attention-action = 来得少了，问问原因，推荐一件常买的东西。
grid-about-to-sleep = 即将沉睡
grid-about-to-sleep-action = 快要不来了，发一次有时限的提醒。
grid-at-risk = 常客久未到店
grid-at-risk-action = 由熟悉的店员打电话问候，不急着推销。
grid-cant-lose = 高频客久未到店
grid-cant-lose-action = 店长亲自联系，弄清楚发生了什么。
grid-hibernating = 低频沉睡
grid-hibernating-action = 只在大活动时联系，不单独花力气。
grid-outside = 不在统计期内
grid-lost = 低频久未到店
grid-lost-action = 不主动打扰；来了就当新客招待。

## 生命周期

lifecycle-prospect = 潜客
lifecycle-new = 新客
lifecycle-active = 活跃
lifecycle-silent = 沉睡
lifecycle-lost = 流失
lifecycle-won-back = 唤回
lifecycle-prospect-action = 请他们来第一次：说清地点、时间和第一次的好处。
lifecycle-new-action = 一个月内促成第二次购买。
lifecycle-active-action = 保持联系，不必打折。
lifecycle-silent-action = 提醒一次，推荐他们常买的东西。
lifecycle-lost-action = 用最好的理由挽回一次，没有回音就停。
lifecycle-won-back-action = 感谢他们回来，弄清当初为什么离开。

## 价值、流失、关怀

value-high = 高价值
value-potential = 潜在
value-ordinary = 普通
churn-high = 高风险
churn-medium = 中风险
churn-low = 低风险
churn-reason-recency = 比平时隔得久
churn-reason-visits = 来得少了
churn-reason-basket = 买得少了
churn-reason-category = 买的品类少了
churn-reason-points = 积分已用完
churn-reason-opted-out = 已退订消息
churn-reason-complaint = 有未了结的投诉
churn-reason-nps = 评分低
churn-reason-p-alive = 再来的可能性低
recommend-list-all = 十样里可以有买过的
recommend-list-new = 十样都没有买过
recommend-replenish = 该补货了
recommend-similar = 和买过的很搭
care-birthday = 生日
care-holiday = 节日
care-revisit = 购后回访
care-replenish = 该补货了
care-win-back = 唤回
care-churn = 流失预警
care-points-expiring = 积分将过期
care-confirm-details = 核对资料
contact-reached = 已联系上
contact-not-reached = 未联系上
contact-coming = 会到店
contact-do-not-contact = 不要再联系
contact-wrong-number = 号码不对

## 数据中的代码

gender-female = 女
gender-male = 男
gender-unknown = 未知
calendar-solar = 公历
calendar-lunar = 农历
channel-store = 门店
channel-online = 网店
channel-phone = 电话
channel-visit = 到店
channel-mail = 邮件
channel-email = 邮件
channel-wechat = 微信
channel-sms = 短信
channel-chat = 在线客服
channel-meeting = 面谈
channel-app = 小程序或 App
channel-miniapp = 小程序
reach-single = 只在一个渠道
reach-multi = 不止一个渠道
migration-moved = 自己换的
migration-followed = 随门店接替
channel-unknown = 未知
order-kind-sale = 销售
order-kind-refund = 退货
order-kind-exchange = 换货
order-kind-topup = 储值
order-kind-giftcard = 礼品卡
order-kind-shipping = 运费
order-kind-deposit = 定金
points-kind-earn = 获得
points-kind-redeem = 使用
points-kind-expire = 过期
points-kind-reverse = 退回扣减
points-kind-restore = 退还
points-kind-adjust = 人工调整
points-kind-merge = 合并转入
points-kind-opening = 期初
arm-treated = 触达组
arm-control = 对照组
purpose-sms = 短信营销
purpose-phone = 电话营销
purpose-wechat = 微信营销
purpose-personal-recommendation = 个性化推荐
status-open = 待处理
status-in-progress = 处理中
status-resolved = 已解决
status-closed = 已关闭
severity-low = 一般
severity-normal = 普通
severity-medium = 中等
severity-high = 严重
severity-safety = 安全问题
severity-critical = 紧急
severity-warning = 提醒
training-course = 课程
training-workshop = 实操
training-drill = 演练

## 数据质量

quality-completeness = 完整
quality-validity = 有效
quality-consistency = 一致
quality-fresh = 按时
quality-stale = 数据迟到
quality-rows-accepted = 采用 { $n } 行
quality-rows-rejected = 退回 { $n } 行
quality-days-late = 迟 { $n } 天
rule-required = 缺少必填内容
rule-type = 格式不对
rule-key = 缺少编号
rule-foreign-key = 编号对不上
rule-future-date = 日期在将来
rule-range = 数值超出范围
rule-duplicate = 重复且内容不同
rule-code = 代码不在列表中
rule-columns = 列数不对
rule-sign = 金额正负与类型不符
rule-currency = 币种不同
rule-refund = 找不到原单
rule-precision = 号码被表格软件改坏
rule-total-row = 合计行，不是销售
rule-repeated-header = 表头重复出现
rule-succession-self = 门店接替了自己
rule-succession-circle = 门店互相接替，绕成一圈

## 列名：门店

col-store-id = 门店编号
col-store-name = 门店
col-name = 名称
col-region = 大区
col-city = 城市
col-address = 地址
col-phone = 电话
col-opened-on = 开业日期
col-closed-on = 闭店日期
col-format = 店型
col-manager = 店长
col-hours = 营业时间
col-alias = 别名
col-successor-id = 接替门店
col-effective-on = 生效日期
col-target = 目标
col-target-share = 目标达成率
col-stores = 门店数
col-open-stores = 营业门店
col-active-stores = 有销售的门店
col-stores-previous = 门店数（前期）
col-comparable-stores = 可比店数
col-comparable-stores-last-year = 可比店数（同比）
col-comparable-net-sales = 可比店净销售额
col-comparable-net-sales-now = 可比店净销售额（本期）
col-comparable-net-sales-previous = 可比店净销售额（前期）
col-comparable-net-sales-last-year = 可比店净销售额（去年同期）

## 列名：会员

col-source = 来源
col-record-id = 原会员号
col-id-space = 号段
col-gender = 性别
col-birthday = 生日
col-birthday-calendar = 生日历法
col-email = 邮箱
col-joined-on = 入会日期
col-joined-channel = 入会渠道
col-level = 等级
col-points-balance = 积分余额
col-stored-value = 储值余额
col-tags = 标签
col-wechat-id = 微信号
col-referrer-record-id = 推荐人
col-preferred-channel = 偏好联系方式
col-consent-marketing = 同意营销
col-age-band = 年龄段

## 列名：交易

col-transaction-id = 单号
col-line-no = 行号
col-ordered-at = 时间
col-ordered-on = 日期
col-channel = 渠道
col-sku = 货号
col-product-name = 商品
col-category = 品类
col-quantity = 件数
col-unit-price = 单价
col-discount = 优惠
col-amount = 金额
col-net-amount = 净额
col-kind = 类型
col-original-transaction-id = 原单号
col-staff-id = 店员编号
col-payment-method = 付款方式
col-points-redeemed = 使用积分
col-coupon-code = 券码
col-currency = 币种
col-is-refund = 是否退货

## 列名：商品

col-brand = 品牌
col-cost = 成本
col-price = 售价
col-durable = 耐用品
col-replenish-days = 补货周期（天）
col-shelf-from = 上架日期
col-shelf-to = 下架日期

## 列名：互动记录

col-interaction-id = 记录编号
col-at = 时间
col-direction = 方向
col-content = 内容
col-result = 结果
col-next-step = 下一步
col-next-step-on = 下次日期

## 列名：反馈

col-feedback-id = 反馈编号
col-nps = 净推荐值
col-nps-low = 净推荐值下限
col-nps-high = 净推荐值上限
col-csat = 满意度
col-ces = 省力度
col-text = 原话
col-severity = 严重程度
col-status = 状态
col-first-reply-at = 首次回复
col-on-date = 日期
col-resolved-at = 解决时间
col-outcome = 处理结果
col-told-at = 告知顾客
col-invitation-id = 邀请编号
col-survey = 问卷
col-topic = 主题
col-n = 样本数
col-response-rate = 回收率
col-nps-n = 推荐评分数
col-csat-n = 满意度评分数
col-ces-n = 省力度评分数
col-csat-low = 满意度下限
col-csat-high = 满意度上限
col-ces-low = 省力度下限
col-ces-high = 省力度上限
col-promoters = 推荐者
col-passives = 中立者
col-detractors = 贬损者
col-complaints = 投诉数
col-comment = 原话
col-position = 序号

## 列名：授权、积分、券、活动、推荐

col-purpose = 用途
col-granted = 是否同意
col-notice-version = 告知版本
col-proof = 凭证
col-entry-id = 流水号
col-points = 积分
col-lot-id = 积分批次
col-reason = 原因
col-reasons = 原因
col-coupon-id = 券编号
col-code = 券码
col-campaign-id = 活动编号
col-issued-on = 发放日期
col-redeemed-at = 使用时间
col-face-value = 面值
col-segment = 分群
col-starts-on = 开始日期
col-ends-on = 结束日期
col-arm = 组别
col-referral-id = 推荐编号
col-referred-record-id = 被推荐人

## 列名：店员、培训、检查、漏斗、寄售、标签

col-staff-name = 店员
col-role = 岗位
col-left-on = 离职日期
col-course-id = 课程
col-score = 分数
col-passed = 通过
col-expires-on = 到期日
col-inspection-id = 检查编号
col-inspector = 检查人
col-checklist = 检查表
col-checklist-version = 检查表版本
col-item = 项目
col-note = 备注
col-event-id = 事件编号
col-step = 步骤
col-consignor-id = 寄售人编号
col-item-id = 寄售品编号
col-split-pct = 分成比例
col-payout-method = 付款方式
col-received-on = 收货日期
col-sold-transaction-id = 售出单号
col-returned-on = 退还日期
col-tag = 标签
col-added-on = 添加日期
col-added-by = 添加人

## 列名：顾客与销售

col-person-id = 顾客编号
col-home-store-id = 常去门店
col-records = 记录数
col-match-probability = 匹配概率
col-month = 月份
col-week = 周
col-weekday = 星期
col-hour = 时段
col-net-sales = 净销售额
col-orders = 订单数
col-customers = 购买顾客
col-people = 人数
col-new-customers = 新顾客
col-active-customers = 活跃会员
col-member-share = 会员销售占比
col-avg-basket = 客单价
col-items-per-order = 连带率
col-avg-item-price = 件单价
col-refund-share = 退货率
col-refund-amount = 退货金额
col-sales-amount = 销售额（退货前）
col-member-net-sales = 会员净销售额
col-member-orders = 会员订单数
col-items = 商品件数
col-repeat-customers = 回头顾客
col-repeat-rate = 复购率
col-home-customers = 常来顾客
col-target-net-sales = 销售目标
col-period-from = 期初
col-period-to = 期末
col-is-open = 营业中
col-is-complete = 整月
col-comparable-previous = 可比（前期）
col-comparable-last-year = 可比（去年）
col-comparable-growth-previous = 可比店增长（前期）
col-comparable-growth-last-year = 可比店增长（同比）
col-first-sale-on = 首笔销售
col-day = 日期
col-lines = 行数
col-refunds = 退货次数
col-repeat-share = 复购率
col-share = 占比
col-change = 变化
col-growth = 增长
col-rank = 排名
col-data-until = 数据截至
col-first-order-on = 首次购买
col-last-order-on = 最近购买
col-recency-days = 距上次购买（天）
col-purchase-days = 购买天数
col-median-gap-days = 购买间隔中位（天）
col-p90-gap-days = 较长间隔（天）
col-stores-visited = 去过门店
col-first-store-id = 首购门店
col-channels = 渠道数
col-top-category = 最常买品类
col-top-channel = 最常用渠道

## 列名：分群与生命周期

col-scheme = 分群方法
col-frequency = 消费次数
col-monetary = 消费金额
col-r = R 近度
col-f = F 频度
col-m = M 额度
col-cell = RFM 八类
col-grid = RFM 分群
col-cut = 分界值
col-segment-no = 序号
col-share-chain = 全部门店占比
col-net-sales-share = 销售占比
col-avg-net-sales = 人均净销售额
col-recency-median = 距上次购买中位（天）
col-frequency-median = 消费次数中位
col-stage = 生命周期
col-since = 起始日期
col-previous-stage = 原阶段
col-from-stage = 从
col-to-stage = 到
col-cluster = 聚类
col-action = 建议做法

## 列名：价值与流失

col-value-class = 价值
col-p-alive = 仍会再来的概率
col-expected-purchases-90d = 90天预计购买次数
col-expected-purchases-365d = 一年预计购买次数
col-expected-basket = 预计客单价
col-clv-12m = 未来一年价值
col-method = 方法
col-model = 模型
col-parameter = 参数
col-value = 数值
col-standard-error = 标准误
col-risk = 流失风险
col-precision = 命中率
col-recall = 找全率
col-lift = 提升倍数
col-decile = 十分位
col-baseline = 对照方法
col-cohort-month = 首购月份
col-month-number = 第几个月
col-retained = 仍购买人数
col-retained-share = 留存率

## 列名：商品

col-sku-a = 商品甲
col-sku-b = 商品乙
col-first-sold-on = 首次售出
col-last-sold-on = 最近售出
col-baskets = 同单数
col-support = 支持度
col-confidence = 置信度
col-antecedent = 买了
col-consequent = 还会买
col-units = 销售件数
col-gross-margin = 毛利
col-margin = 毛利

## 列名：积分与等级

col-rule-version = 规则版本
col-available-at = 可用时间
col-expires-at = 过期时间
col-balance = 余额
col-pending = 待生效积分
col-expiring = 将过期积分
col-outstanding = 未使用积分
col-liability = 积分负债
col-tier = 会员等级
col-qualifying-spend = 升级累计消费
col-to-next-tier = 距升级还差
col-to-retain = 保级还差
col-review-on = 评定日期
col-tier-before = 原等级
col-tier-after = 新等级
col-tier-no = 等级序号
col-spend = 等级门槛
col-buyers = 有消费的会员
col-close-to-next = 接近升级
col-avg-spend = 人均消费
col-spend-share = 消费占比
col-grace-until = 宽限至

## 列名：触达

col-due-on = 应办日期
col-message = 话术
col-suppressed-by = 不联系原因
col-contact = 联系
col-treated = 触达人数
col-control = 对照人数
col-incremental-sales = 增量销售
col-incremental-low = 增量下限
col-incremental-high = 增量上限
col-return-on-cost = 投入产出

## 列名：服务与数据质量

col-due-at = 应完成时间
col-overdue = 已超时
col-reopened = 重开次数
col-closed-loop-share = 已告知顾客占比
col-compliance = 达标率
col-field = 字段
col-completeness = 完整率
col-validity = 有效率
col-consistency = 一致率
col-freshness-days = 数据迟到（天）
col-duplicates = 重复
col-file = 文件
col-line = 行
col-column = 列
col-rule = 问题
col-hint = 怎么改
col-rows = 行数
col-accepted = 采用
col-rejected = 退回
col-rejected-share = 退回率
col-preset = 文件类型
col-threshold = 界限
col-sample = 样本
col-observed-on = 观察日期
col-as-of = 统计日期
col-days-behind = 数据落后（天）
col-missing-days = 缺数据（天）
col-days-with-data = 有数据的天数
col-is-stale = 数据迟到
col-is-silent = 从无数据
col-first-on = 首日
col-feedback-until = 反馈截至
col-expected-from = 应有数据起
col-term = 指标
col-definition = 口径

## 列名:与前期和去年比较

col-net-sales-previous = 净销售额（前期）
col-net-sales-last-year = 净销售额（去年同期）
col-orders-previous = 订单数（前期）
col-orders-last-year = 订单数（去年同期）
col-customers-previous = 购买顾客（前期）
col-customers-last-year = 购买顾客（去年同期）
col-new-customers-previous = 新顾客（前期）
col-new-customers-last-year = 新顾客（去年同期）
col-member-share-previous = 会员销售占比（前期）
col-member-share-last-year = 会员销售占比（去年同期）
col-avg-basket-previous = 客单价（前期）
col-avg-basket-last-year = 客单价（去年同期）
col-items-per-order-previous = 连带率（前期）
col-items-per-order-last-year = 连带率（去年同期）
col-avg-item-price-previous = 件单价（前期）
col-avg-item-price-last-year = 件单价（去年同期）
col-refund-share-previous = 退货率（前期）
col-refund-share-last-year = 退货率（去年同期）
col-sales-amount-previous = 销售额（退货前）（前期）
col-sales-amount-last-year = 销售额（退货前）（去年同期）
col-refund-amount-previous = 退货金额（前期）
col-refund-amount-last-year = 退货金额（去年同期）
col-member-net-sales-previous = 会员净销售额（前期）
col-member-net-sales-last-year = 会员净销售额（去年同期）
col-member-orders-previous = 会员订单数（前期）
col-member-orders-last-year = 会员订单数（去年同期）
col-items-previous = 商品件数（前期）
col-items-last-year = 商品件数（去年同期）
col-repeat-customers-previous = 回头顾客（前期）
col-repeat-customers-last-year = 回头顾客（去年同期）
col-repeat-rate-previous = 复购率（前期）
col-repeat-rate-last-year = 复购率（去年同期）

### ---- 页面正文（content/ 里的页面用到的句子），从这里到文件末尾 ----

vs-previous = 较前 { $days } 天
vs-last-year = 较去年同期
previous-of = 前 { $days } 天
category-uncategorised = 未分类
dimension-recency = 近度 R
dimension-frequency = 频度 F
dimension-monetary = 额度 M
alert-say-sales-down = 净销售额比前 { $days } 天下降 { $value }
alert-say-refund-high = 退货占销售的 { $value }，界限是 { $limit }
alert-say-member-share-low = 会员销售只占 { $value }，界限是 { $limit }
alert-say-nps-low = 净推荐值 { $value }（{ $sample } 份回答），界限是 { $limit }
alert-say-no-data = 已经 { $value } 天没有新数据
alert-say-complaints-overdue = { $value } 件投诉超时未了结
alert-say-target-behind = 照现在的速度，这个月的净销售额会比目标少 { $value }
alert-say-customers-down = 买过的会员比前 { $days } 天少 { $value }（前期 { $sample } 人）
alert-say-churn-high = 往后 12 个月预计的销售里，{ $value } 来自高风险的顾客，界限是 { $limit }
alert-say-peers-below = { $measure }只有同类顾客和订单该有的 { $value } 倍，界限是 { $limit } 倍
alert-do-sales-down = 先看是来的人少了，还是每单买得少了；也看看是不是缺了几天数据。
alert-do-refund-high = 看看退的是哪几样商品、为什么退，再和门店谈。
alert-do-member-share-low = 请收银台每单多问一句会员号，看看是不是没有录入。
alert-do-nps-low = 先读最近的原话，挑说得最多的一件事去改。
alert-do-no-data = 请门店或信息同事检查数据上传；在数据补齐之前，不要用这家店的数字下结论。
alert-do-complaints-overdue = 今天就给顾客一个回复，再定由谁、何时了结。
alert-do-target-behind = 先看差在哪几天、哪几类，再定补的办法；目标定得不对，就改目标。
alert-do-customers-down = 看看是谁没来：先联系买得多、隔得久的。
alert-do-churn-high = 按挽回名单，从可能失去最多的人开始联系。
alert-do-peers-below = 这已经扣除了顾客和渠道的不同；找做得好的门店问一问。
measure-came-back = 回头率
measure-avg-basket = 客单价
measure-items-per-order = 连带率
measure-refunded = 退货的订单
measure-member-orders = 录了会员的订单
measure-came-back-about = 期初 365 天内买过的会员里，这一期又来买的占多少（在哪家店来都算）；按多久没来、来过几天、哪个渠道分开比。
measure-avg-basket-about = 每单的净销售额；按渠道、有没有会员、平日周末分开比。
measure-items-per-order-about = 每单的件数；按渠道、有没有会员、平日周末分开比。
measure-member-orders-about = 录了会员的订单占多少；按渠道、平日周末分开比。
measure-refunded-about = 有退货的订单占多少，越少越好；按渠道、有没有会员、平日周末分开比。
yes-no-true = 是
yes-no-false = 否
weekday-1 = 周一
weekday-2 = 周二
weekday-3 = 周三
weekday-4 = 周四
weekday-5 = 周五
weekday-6 = 周六
weekday-7 = 周日
verdict-well-above = 远高于
verdict-above = 高于
verdict-expected = 差不多
verdict-below = 低于
verdict-well-below = 远低于
target-net-sales = 净销售额
target-orders = 订单数
target-new-customers = 新顾客
target-customers = 购买顾客
target-avg-basket = 客单价
target-nps = 净推荐值
target-csat = 满意度
target-ces = 省力度
cell-yyy-action = 最要留住的人：优先服务、优先到货通知，由店长记住他们。
cell-yny-action = 最近来过、花得多，但来得不勤：给一个再来一次的理由。
cell-nyy-action = 过去常来、花得多，最近没来：由熟悉的店员主动问候。
cell-nny-action = 花得多，却很久没来、也不常来：用一次有分量的理由挽回。
cell-yyn-action = 常来、最近也来，单次花得少：推荐搭配，而不是打折。
cell-ynn-action = 最近刚来：讲清会员好处，请他们第二次到店。
cell-nyn-action = 来过几次、花得不多、最近没来：一般提醒即可。
cell-nnn-action = 不单独花力气；大活动时一并告知。

## 到数、结账

col-missing-since = 从哪天起缺
col-days-late = 晚了几天
col-arrived = 到数
col-rows-newest = 最新一天行数
col-orders-newest = 最新一天订单
col-orders-usual = 平常订单
col-last-file = 来自文件
col-expected = 应到
col-arrived-stores = 已到
col-missing-stores = 还没到
col-posted-month = 计入月份
col-noticed-on = 发现时数据到
col-amount-before = 原金额
col-amount-now = 现金额
col-difference-amount = 差额
col-net-sales-closed = 结账净销售额
col-net-sales-current = 现在净销售额
col-orders-closed = 结账订单
col-orders-current = 现在订单
col-adjustments-amount = 调整
col-entries = 笔数
col-figures-month = 月份
col-change-amount = 变化
col-no = 序号
col-growth-previous = 较前期
vs-month-before = 较上月
adjustment-new = 晚到
adjustment-changed = 改过
adjustment-gone = 消失
months-adjusted = 已结账的月份之后有 { $n } 笔更正，合计 { $amount }；这里是现在的数字，含这些更正。

## 生成后的通知：只有数目和链接，没有个人信息

digest-heading = { $chain }：数据已更新
digest-heading-gaps = { $chain }：数据已更新，还有缺口
digest-heading-failed = { $chain }：这次没有生成成功
digest-failed = 网站保持上一版，数据截至 { $date }。
digest-failed-first = 还没有发布过。
digest-reason = 原因：{ $reason }
digest-data = 数据截至 { $date }
digest-arrived-all = 到数 { $arrived }/{ $expected }，{ $due } 的数据全部到齐
digest-arrived = 到数 { $arrived }/{ $expected }，{ $due } 的数据还差 { $missing } 家
digest-missing = 还没到：{ $names }
digest-missing-more = 还没到：{ $names } 等 { $n } 家
digest-thin = 看着不全：{ $n } 家
digest-rows = 采用 { $loaded } 行，退回 { $quarantined } 行
digest-alerts = 告警：紧急 { $critical } 条，一般 { $warning } 条
digest-alerts-none = 没有告警
digest-adjustments = 结账后更正 { $n } 笔
digest-open-arrivals = 打开到数看板
digest-open-overview = 打开经营概览
digest-separator = 、
list-separator = 、
## What changed since the release before: findings of the gate, changes of files

gate-row-drop = 行数少了
gate-quarantine-share = 退回太多
gate-schema-change = 列变了
gate-files-gone = 文件不见了
gate-stale-stores = 门店数据迟到
change-new = 新
change-changed = 改过
change-renamed = 改名
change-gone = 不见了

# Sealed pages
sealed-title = 需要访问码
sealed-heading = 这一页只对内部人员开放
sealed-needs-script = 打开这一页需要浏览器启用 JavaScript。
sealed-text = 请输入总部发给您的访问码，也可以整段粘贴。
sealed-code = 访问码
sealed-code-hint = 27 个字母和数字，大小写、空格和短横线都不影响。
sealed-keep = 在这台设备上保留七天
sealed-keep-hint = 仅限您自己的设备。不勾选时，关闭浏览器后需要重新输入。
sealed-open = 打开
sealed-opening = 正在打开……
sealed-say-length = 访问码应有 27 个字符，您输入了 {"{n}"} 个。
sealed-say-letter = 访问码里不会有“{"{letter}"}”（第 {"{n}"} 个字符）。
sealed-say-check = 访问码有输错的地方，请逐组核对一遍。
sealed-say-wrong = 没有这个访问码。请核对，或向总部索取新的访问码。
sealed-say-retired = 这个访问码已停用。如果您仍需要访问，请向总部索取新的访问码。
sealed-say-renewed = 您的权限有更新，请重新输入访问码。
sealed-say-not-yours = 您的访问码不能打开这一页。
sealed-say-insecure = 当前地址不是安全连接（https），浏览器无法解开内容。请改用 https 开头的地址，或从文件夹直接打开。
sealed-say-old-browser = 这个浏览器太旧，无法解开内容。请更新浏览器，或换用新版的 Chrome、Edge、Safari、Firefox。
sealed-say-moved = 这一页不在它原来的位置上，可能被人动过。请从首页重新进入，并告知总部。
sealed-say-damaged = 这一页的内容不完整，可能没有上传完。请稍后再试，并告知总部。
sealed-say-opening = 正在打开，大约需要一两秒……
sealed-say-lock = 锁定
sealed-say-places = 我的页面
staff-entrance = 内部入口
table-people-hidden = 您的角色不显示单个顾客的资料。
audience-staff = 全体员工
sheet-title = 访问码
sheet-heading = { $chain } · { $name }
sheet-text = 这是您的个人访问码。请在内部入口输入，或用手机扫描二维码。
sheet-care = 请妥善保管，不要拍照转发。遗失或泄露请立即告诉总部，旧码会停用并换新码。

role-owner = 老板
role-marketing = 市场
role-service = 客服
role-finance = 财务
role-data-protection = 数据保护
role-region = 大区经理
role-manager = 店长
role-clerk = 店员

col-to-confirm = 请核对
col-filled = 已填
col-masked = 隐去一部分
col-wrong = 不对
col-suspicious = 可疑
col-chain-completeness = 全部门店完整率
col-completeness-before = 上次完整率
col-validity-before = 上次有效率
col-last-seen-days = 距上次来店天数
col-repeated = 与别人相同
col-check = 核对
col-priority = 先后
col-record-status = 情况
col-birthday-right = 生日有效率
col-phone-right = 电话有效率

## 资料核对：可疑在哪里

check-name-masked = 姓名隐去了一部分，请补全
check-name-no-letters = 姓名不是文字，请问怎么称呼
check-name-placeholder = 姓名是“顾客”“先生”这类称呼，请问怎么称呼
check-phone-missing = 没有电话，请问手机号
check-phone-masked = 电话隐去了一部分，请问完整号码
check-phone-length = 电话位数不对，请核对
check-phone-placeholder = 电话像是随手填的，请核对
check-phone-no-such-range = 没有这样的手机号段，请核对
check-phone-shared = 同一个电话登记了四位以上顾客，请核对
check-email-masked = 邮箱隐去了一部分，请补全
check-email-form = 邮箱写法不对，请核对
check-email-placeholder = 邮箱像是随手填的，请核对
check-birthday-future = 生日在将来，请核对
check-birthday-placeholder = 生日是系统默认值，请问生日
check-birthday-old = 生日在 110 年以前，请核对
check-birthday-is-joining = 生日和入会是同一天，请核对
check-birthday-after-joining = 生日在入会之后，请核对
check-birthday-usual = 很多人都是这个生日，像是随手填的，请核对
check-birthday-child = 不满 14 岁，请监护人确认；不发营销信息
check-address-masked = 地址隐去了一部分，请补全
check-address-short = 地址太短，请补全
check-address-no-number = 地址没有门牌号，请补全
check-joined-future = 入会日期在将来，请核对

field-name = 姓名
field-phone = 电话
field-email = 邮箱
field-birthday = 生日
field-address = 地址
field-gender = 性别
field-joined-on = 入会日期
field-consent-marketing = 营销许可
## 哪些记录是同一个人

identity-reason-same-record = 此人只有这一条记录
identity-reason-override-same = 人工认定为同一人
identity-reason-override-different = 人工认定为不同的人
identity-reason-same-phone-and-name = 同一电话，姓名相同
identity-reason-same-phone-name-fits = 同一电话，称呼与姓名相符
identity-reason-same-phone-no-name = 同一电话，其中一条没有姓名
identity-reason-same-phone-other-name = 同一电话，姓名不同
identity-reason-same-phone-other-person = 同一电话，但姓名和生日都不同
identity-reason-same-phone-other-gender = 同一电话，但姓名和性别都不同
identity-reason-same-home-other-person = 同一住址，但姓名和生日都不同
identity-reason-other-name-and-birthday = 姓名和生日都不同
identity-reason-other-name-and-gender = 姓名和性别都不同
identity-reason-perhaps-twins = 可能是双胞胎：生日相同，姓名相近
identity-reason-only-the-name = 只有姓名相同，没有其他依据
identity-reason-fits-two-people = 与两个不同的人都相符
identity-reason-through-others = 通过其他记录确认为同一人
identity-reason-chain-override = 合并会违背人工的“不同的人”认定
identity-reason-chain-contradiction = 合并会把互相矛盾的记录连在一起
identity-reason-chain-loose = 合并会把少有共同点的记录连在一起
identity-reason-name-same = 姓名相同
identity-reason-name-same-sound = 姓名读音相同
identity-reason-name-slip = 姓名读音相近
identity-reason-name-partial = 姓名部分相符
identity-reason-name-one-character = 姓名差一个字
identity-reason-name-surname = 同姓不同名
identity-reason-name-different = 姓名不同
identity-reason-phone-same = 电话相同
identity-reason-phone-slip = 电话只差一处笔误
identity-reason-phone-near = 电话有两处不同
identity-reason-phone-different = 电话不同
identity-reason-wechat-same = 微信相同
identity-reason-wechat-slip = 微信只差一处笔误
identity-reason-wechat-near = 微信有两处不同
identity-reason-wechat-different = 微信不同
identity-reason-email-same = 邮箱相同
identity-reason-email-slip = 邮箱只差一处笔误
identity-reason-email-other-host = 邮箱名相同、服务商不同
identity-reason-email-different = 邮箱不同
identity-reason-birthday-same = 生日相同
identity-reason-birthday-other-calendar = 生日按另一历法相同
identity-reason-birthday-slip = 生日只差一处笔误
identity-reason-birthday-part = 年月日中两项相同
identity-reason-birthday-different = 生日不同
identity-reason-gender-same = 性别相同
identity-reason-gender-different = 性别不同
identity-reason-city-same = 城市相同
identity-reason-city-different = 城市不同
identity-reason-address-same = 地址相同
identity-reason-address-close = 地址几乎相同
identity-reason-address-similar = 地址相似
identity-reason-address-different = 地址不同
identity-reason-own-same = 相同
identity-reason-own-close = 几乎相同
identity-reason-own-similar = 相似
identity-reason-own-crossed = 写在了另一列
identity-reason-own-different = 不同
identity-decision-merged = 同一人
identity-decision-review = 待人工确认
identity-decision-household = 同一家庭的两个人
identity-decision-different = 不同的人


# ---- 导出 ----
export-table = 表
export-field = 字段
export-heading = 名称
export-type = 类型
export-key = 主键
export-meaning = 说明
export-yes = 是
export-type-id = 编号（文本）
export-type-text = 文本
export-type-boolean = 是或否
export-type-integer = 整数
export-type-decimal = 金额或数量
export-type-number = 数字
export-type-date = 日期
export-type-datetime = 日期和时间
export-means-money = 以项目的货币计。
export-means-month = 当月的第一天。
export-means-source = 这一行来自哪个数据来源。
export-means-id-space = 会员编号属于哪一套编号。
export-means-day = 该时间所属的营业日。
export-means-extra = 文件里有、但没有固定名称的列。

# ---- 顾客画像与查找 ----
field-city = 城市
field-level = 等级
field-preferred-channel = 偏好联系方式
portrait-purchase = 购买
portrait-refund = 退货
portrait-refunded = 已全部退货
portrait-todo-complaint = 投诉没办完
portrait-todo-confirm = 核对资料
portrait-todo-review = 合并核对
tag-origin-manual = 标签文件
tag-origin-imported = 会员资料
tag-origin-rule = 规则
direction-in = 顾客找来
direction-out = 我们联系
lookup-digits = 手机后四位
lookup-surname = 姓
lookup-start = 填手机后四位和姓，在 { $people } 位顾客里找。
lookup-more = 再填姓。
lookup-none = 没有找到。核对一下尾号；也可能常去的是别家店，或者是刚入会的新顾客。
lookup-found = 找到 { $n } 位。
lookup-results = 找到的顾客
lookup-nobody = 还没有留了姓名和电话的顾客。
lookup-script = 查找要用到脚本，请在浏览器里允许。

# Kinds of tables.
room-baskets = 搭配与推荐
room-churn = 流失预警
room-closing = 结账
room-clusters = 聚类与决策树
room-comparison = 同类比较
room-customers = 顾客与分群
room-feedback = 反馈
room-lifecycle = 生命周期与同期群
room-loyalty = 会员等级
room-models = 关于这些表
room-monitoring = 告警与到数
room-own = 本项目自己的
room-people = 顾客合并
room-portraits = 顾客画像
room-products = 商品
room-quality = 数据质量
room-staging = 订单
room-stores = 门店与大区
room-value = 顾客价值

# 商品：等级、优惠、价格

depth-none = 原价
depth-under-10 = 优惠不到 10%
depth-10-20 = 优惠 10–20%
depth-20-30 = 优惠 20–30%
depth-30-50 = 优惠 30–50%
depth-50-up = 优惠 50% 以上
depth-unknown = 看不出
xyz-x = X 每月差不多
xyz-y = Y 时多时少
xyz-z = Z 很不稳定
xyz-unknown = 还看不出
price-more = 卖得多
price-fewer = 卖得少
price-unclear = 看不出差别
category-all-categories = 全部品类
col-class = 等级
col-xyz = 稳定性
col-products = 商品数
col-product-share = 商品数占比
col-share-before = 排在前面的占比
col-variation = 变异系数
col-months = 完整月数
col-days-since-sold = 多久没卖出（天）
col-idle = 可考虑下架
col-margin-share = 毛利率
col-depth = 优惠幅度
col-line-share = 行数占比
col-discount-amount = 让利金额
col-identified-share = 会员买的占比
col-new-customer-share = 新顾客占比
col-weeks = 有销售的周
col-weeks-regular = 平常价的周
col-weeks-reduced = 便宜的周
col-median-price = 价格中位数
col-price-regular = 平常价
col-price-reduced = 便宜时的价
col-units-regular = 平常每周件数
col-units-reduced = 便宜时每周件数
col-sales-regular = 平常每周销售额
col-sales-reduced = 便宜时每周销售额
col-margin-regular = 平常每周毛利
col-margin-reduced = 便宜时每周毛利
col-ratio = 倍数
col-verdict = 结论
col-elasticity = 价格弹性

# 季节与时段

month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
col-calendar-month = 月份
col-years = 年数
col-days = 天数
col-index = 指数
col-orders-index = 订单指数
col-orders-per-day = 每天订单数
col-net-sales-per-day = 每天净销售额
