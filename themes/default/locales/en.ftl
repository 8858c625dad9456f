### Every string of the interface. The keys are the same in every language file.
### Words a store manager understands at once; no technical terms.

## The language itself

language-name = English

## Page frame

nav-skip = Skip to content
nav-language = Language
nav-contents = Contents
nav-breadcrumb = You are here
nav-on-this-page = On this page
nav-pager = Previous and next page
nav-previous = Previous
nav-next = Next
nav-home = Home
nav-stores =
    { $n ->
        [one] { $n } store
       *[other] { $n } stores
    }
close = Close
page-data-until = Data until { $date }
page-no-data = No data yet
page-audience = For { $audience }
page-confidential = Internal, for { $audience } only
page-definitions = What the figures mean
page-print = Print
unsealed-title = Unsealed preview.
unsealed-text = Do not publish or pass on.
wechat-title = WeChat cannot download files.
wechat-text = Tap “···” at the top right, choose “Open in Browser”, then download.
not-found-title = Page not found
not-found-text = The address may be mistyped, or the page has moved.
not-found-home = Go to the home page

## Audiences

audience-public = everyone
audience-hq = head office
audience-region = region { $name }
audience-store = { $name }
audience-member = the member

## Groups of the menu

group-today = Today
group-sales = Sales
group-customers = Customers
group-marketing = Marketing
group-service = Service
group-data = Data
group-about = About
group-portal = Customer portal

## Tables

table-unnamed = Table
table-search = Filter
table-matches = { $shown } of { $total } rows
table-nothing = No row matches
table-empty = Nothing to show
table-shortened = The first { $shown } of { $total } rows; the download has all of them.
table-download = Download
table-download-workbook = Excel file
table-download-calendar = Calendar
table-download-csv = CSV
table-rows =
    { $n ->
        [one] { $n } row
       *[other] { $n } rows
    }
table-total = Total
table-other = Other
table-unknown = Unknown
table-few = fewer than 5 people, not shown
yes = yes
no = no

## Charts

chart-no-data = Not enough data to draw
chart-data = Show the data
chart-data-of = Data: { $title }
chart-unnamed = Chart
chart-other = { $count } others
chart-kind-line = Line chart
chart-kind-area = Area chart
chart-kind-bar = Bar chart
chart-kind-pie = Shares
chart-kind-radar = Radar chart
chart-kind-heatmap = Heat map
chart-kind-funnel = Funnel
chart-kind-flow = Flow chart
chart-kind-other = Chart
chart-summary-points = { $kind } with { $count } points, from { $first } to { $last }.
chart-summary-one = { $kind } with one point: { $first }.
chart-summary-series = { $name }: first { $first }, last { $last }; lowest { $min } ({ $min-at }), highest { $max } ({ $max-at }).
chart-summary-grid = { $kind }, { $rows } by { $columns }; lowest { $min } ({ $min-at }), highest { $max } ({ $max-at }).
chart-summary-other = { $kind }.

## Key figures

kpi-previous = previous 28 days
kpi-last-month = previous month
kpi-last-year = a year ago
kpi-chain = chain average
kpi-target = target
kpi-unchanged = unchanged
kpi-points-change = { $n } pp
unit-people = people
unit-orders = orders
unit-items = items
unit-days = days
unit-points = points
unit-stores = stores
unit-times = times

## The feedback form

form-kind = What is it about?
form-store = Which store?
form-store-any = No store in particular
form-text = Tell us what happened, or what you think
form-text-hint = Please leave out identity card or bank card numbers.
form-nps = How likely are you to recommend us to a friend?
form-nps-low = 0 not at all
form-nps-high = 10 for certain
form-contact = Phone or e-mail
form-contact-hint = If you would like an answer. Used for this answer only.
form-optional = (optional)
form-trap = Leave this field empty
form-consent = I agree that this message is handled as the privacy policy says.
form-privacy = Privacy policy
form-send = Send
form-send-mail = Send by e-mail
form-save = Save as a file
form-mail-explained = Fill in the form and choose “Send by e-mail”: your own mail program opens with the text, addressed to { $address }, and you send it from there. Or save it as a file and hand it to the store.
form-file-explained = Fill in the form, save it as a file, and hand the file to the store.
form-file-name = feedback.json
form-sending = Sending…
form-mail-opened = Your mail program has been opened. Please send the message there.
form-mail-long = The text is long, so it was saved as a file. Please send it as an attachment to { $address }.
form-saved = The file is saved. Please hand it to the store.
form-thanks = We have received it. Thank you.
form-subject = Customer feedback
feedback-kind-complaint = Complaint
feedback-kind-suggestion = Suggestion
feedback-kind-praise = Praise
feedback-kind-survey = Survey
feedback-kind-review = Review
feedback-kind-rights = Personal data request

## Names of the tables

source-stores = Stores
source-customers = Customers
source-transactions = Transactions
source-products = Products
source-interactions = Interactions
source-feedback = Feedback
source-survey-invitations = Survey invitations
source-consents = Consents
source-points-entries = Points entries
source-coupons = Coupons
source-campaigns = Campaigns
source-campaign-targets = Campaign lists
source-referrals = Referrals
source-staff = Staff
source-training = Training
source-inspections = Inspections
source-funnel-events = Purchase steps
source-consignors = Consignors
source-consignment-items = Consignment items
source-tags = Tags
source-store-aliases = Store aliases
source-store-successions = Store successions
source-store-targets = Store targets

## Alerts

alert-sales-down = Sales have dropped
alert-refund-high = Many refunds
alert-member-share-low = Few sales to members
alert-nps-low = Low NPS
alert-no-data = No new data
alert-complaints-overdue = Overdue complaints
alert-target-behind = Behind the target
alert-customers-down = Fewer customers
alert-churn-high = Many about to stay away
alert-peers-below = Clearly behind its peers
alert-chain = The whole chain
alert-count =
    { $n ->
        [one] { $n } alert
       *[other] { $n } alerts
    }
alert-none = Nothing needs your attention

## Segments

scheme-rfm-grid = RFM segments
scheme-rfm-cell = RFM, eight cells
scheme-lifecycle = Lifecycle
scheme-value = Value
scheme-tier = Tier
scheme-cluster = Clusters
scheme-age = Age
scheme-gender = Gender
scheme-city = City
scheme-channel = Usual channel
scheme-category = Favourite category
scheme-tag = Tags
trait-age = Age
trait-gender = Gender
trait-city = City
trait-store = Home store
trait-channel = Usual channel
trait-category = Bought category
trait-lifecycle = Stage
trait-value = Value
cluster-1 = Group 1
cluster-2 = Group 2
cluster-3 = Group 3
cluster-4 = Group 4
cluster-5 = Group 5
cluster-6 = Group 6
cluster-7 = Group 7
cluster-8 = Group 8
feature-recency-days = days since last purchase
condition-recency-days-at-most = days since last purchase ≤
condition-recency-days-above = days since last purchase >
cluster-trait-recency-days-at-most = came lately
cluster-trait-recency-days-above = long away
feature-frequency = purchase days in the window
condition-frequency-at-most = purchase days in the window ≤
condition-frequency-above = purchase days in the window >
cluster-trait-frequency-at-most = comes seldom
cluster-trait-frequency-above = comes often
feature-monetary = net sales in the window
condition-monetary-at-most = net sales in the window ≤
condition-monetary-above = net sales in the window >
cluster-trait-monetary-at-most = spends little
cluster-trait-monetary-above = spends much
feature-purchase-days = purchase days
condition-purchase-days-at-most = purchase days ≤
condition-purchase-days-above = purchase days >
cluster-trait-purchase-days-at-most = few visits
cluster-trait-purchase-days-above = many visits
feature-orders = orders
condition-orders-at-most = orders ≤
condition-orders-above = orders >
cluster-trait-orders-at-most = few orders
cluster-trait-orders-above = many orders
feature-net-sales = net sales in all
condition-net-sales-at-most = net sales in all ≤
condition-net-sales-above = net sales in all >
cluster-trait-net-sales-at-most = spends little
cluster-trait-net-sales-above = spends much
feature-avg-basket = average basket
condition-avg-basket-at-most = average basket ≤
condition-avg-basket-above = average basket >
cluster-trait-avg-basket-at-most = small baskets
cluster-trait-avg-basket-above = large baskets
feature-refund-share = share refunded
condition-refund-share-at-most = share refunded ≤
condition-refund-share-above = share refunded >
cluster-trait-refund-share-at-most = returns little
cluster-trait-refund-share-above = returns much
feature-median-gap-days = usual gap in days
condition-median-gap-days-at-most = usual gap in days ≤
condition-median-gap-days-above = usual gap in days >
cluster-trait-median-gap-days-at-most = short gaps
cluster-trait-median-gap-days-above = long gaps
feature-stores-visited = stores visited
condition-stores-visited-at-most = stores visited ≤
condition-stores-visited-above = stores visited >
cluster-trait-stores-visited-at-most = one or two stores
cluster-trait-stores-visited-above = several stores
feature-channels = channels used
condition-channels-at-most = channels used ≤
condition-channels-above = channels used >
cluster-trait-channels-at-most = one channel
cluster-trait-channels-above = several channels
feature-age = age
condition-age-at-most = age ≤
condition-age-above = age >
cluster-trait-age-at-most = younger
cluster-trait-age-above = older
feature-clv-12m = expected in 12 months
condition-clv-12m-at-most = expected in 12 months ≤
condition-clv-12m-above = expected in 12 months >
cluster-trait-clv-12m-at-most = low expected value
cluster-trait-clv-12m-above = high expected value
feature-p-alive = chance of coming again
condition-p-alive-at-most = chance of coming again ≤
condition-p-alive-above = chance of coming again >
cluster-trait-p-alive-at-most = may be gone
cluster-trait-p-alive-above = still with us
feature-reasons = signs of the warning
condition-reasons-at-most = signs of the warning ≤
condition-reasons-above = signs of the warning >
cluster-trait-reasons-at-most = few signs
cluster-trait-reasons-above = many signs
condition-root = Everybody
stays-0 = comes again
stays-1 = stays away
verdict-stable = stable
verdict-doubtful = doubtful
verdict-unstable = not stable
chart-kind-tree = Decision tree
age-under-18 = Under 18
age-18-24 = 18–24
age-25-34 = 25–34
age-35-44 = 35–44
age-45-54 = 45–54
age-55-64 = 55–64
age-65-up = 65 and over
age-unknown = Not known
city-other = Other cities
category-other = Other categories
channel-other = Other channels

## RFM, the eight cells: recency, frequency, money; y is high

cell-yyy = Key: valued
cell-yny = Key: to develop
cell-nyy = Key: to keep
cell-nny = Key: to win back
cell-yyn = General: valued
cell-ynn = General: to develop
cell-nyn = General: to keep
cell-nnn = General: to win back

## RFM, the grid, and what to do

grid-champions = Champions
grid-champions-action = Show them new arrivals first, remember what they like, ask them to bring a friend.
grid-loyal = Loyal
grid-loyal-action = Keep in touch, recommend from what they buy, remember the birthday.
grid-potential-loyalist = Potential loyalists
grid-potential-loyalist-action = Bring them back once more: explain the member benefits, suggest what goes together.
grid-new = New
grid-new-action = Say hello within three days; invite a second visit within a month.
grid-promising = Promising
grid-promising-action = Their first purchase was a while ago: a sample or a trial brings them back.
grid-need-attention = Need attention
grid-need-attention-action = They come less often: ask why, and suggest something they usually buy.
grid-about-to-sleep = About to sleep
grid-about-to-sleep-action = About to stop coming: send one reminder with a date on it.
grid-at-risk = At risk
grid-at-risk-action = A call from the assistant they know; a greeting, not a sale.
grid-cant-lose = Can't lose
grid-cant-lose-action = The store manager calls in person and finds out what happened.
grid-hibernating = Hibernating
grid-hibernating-action = Contact them for the big occasions only.
grid-outside = Not in the window
grid-lost = Lost
grid-lost-action = Leave them in peace; if they come, welcome them as new.

## Lifecycle

lifecycle-prospect = Prospect
lifecycle-new = New
lifecycle-active = Active
lifecycle-silent = Silent
lifecycle-lost = Lost
lifecycle-won-back = Won back
lifecycle-prospect-action = Invite a first visit: where, when, and what the first visit brings.
lifecycle-new-action = Aim for a second purchase within a month.
lifecycle-active-action = Keep in touch; no discount needed.
lifecycle-silent-action = Remind them once, with what they usually buy.
lifecycle-lost-action = One good reason to come back; without an answer, stop.
lifecycle-won-back-action = Thank them for coming back, and learn why they left.

## Value, churn, care

value-high = High value
value-potential = Potential
value-ordinary = Ordinary
churn-high = High risk
churn-medium = Medium risk
churn-low = Low risk
churn-reason-recency = longer away than usual
churn-reason-visits = fewer visits
churn-reason-basket = smaller baskets
churn-reason-category = fewer categories
churn-reason-points = points used up
churn-reason-opted-out = opted out of messages
churn-reason-complaint = an open complaint
churn-reason-nps = a low rating
churn-reason-p-alive = unlikely to return
recommend-list-all = Bought before is allowed
recommend-list-new = Never bought before
recommend-replenish = time to buy again
recommend-similar = goes with what they have
campaign-status-no-dates = No first day
campaign-status-bad-dates = Dates the wrong way round
campaign-status-planned = Planned
campaign-status-not-frozen = No list
campaign-status-frozen = List fixed, not begun
campaign-status-running = Running
campaign-status-preliminary = Preliminary
campaign-status-final = Final
campaign-verdict-better = Works
campaign-verdict-worse = Sells less
campaign-verdict-no-difference = No difference seen
campaign-verdict-too-small = Too few people to tell
campaign-verdict-no-control = No control arm: no conclusion
campaign-verdict-unbalanced = Arms not alike: no comparison
campaign-verdict-no-treated = Nobody was contacted
campaign-verdict-no-data = No data yet
campaign-verdict-not-kept = Not kept: no comparison
campaign-verdict-no-dates = No first day
campaign-verdict-bad-dates = Dates the wrong way round
campaign-verdict-planned = Not begun
campaign-verdict-not-frozen = No list: no comparison
campaign-verdict-frozen = Not begun
campaign-segment-none = Never bought
campaign-segment-lapsed = Long away
campaign-segment-one = Came on one day
campaign-segment-regular = Came on several days
campaign-covariate-sales = Bought before (amount)
campaign-covariate-days = Days with a purchase before
campaign-covariate-bought = Share who bought before
campaign-covariate-recency = Days since the last purchase
campaign-covariate-age = Age
campaign-covariate-female = Share of women
campaign-balance-good = Alike
campaign-balance-chance = May be chance
campaign-balance-unbalanced = Not alike
pricegap-scheme-tier = Tier
pricegap-scheme-newness = New and known customers
pricegap-scheme-rfm-cell = RFM class
pricegap-new = New customers
arm-holdout = Never contacted
contact-outcome-reached = Reached
contact-outcome-not-reached = Not reached
contact-outcome-coming = Will come
contact-outcome-do-not-contact = Do not contact
contact-outcome-wrong-number = Wrong number
contact-outcome-complaint = Complaint
contact-outcome-other = Other
contact-outcome-none = No result written
contact-verdict-too-few = Too few to say
contact-verdict-more = More after
contact-verdict-fewer = Fewer after
contact-verdict-unclear = No clear difference
contact-verdict-say-too-few = too few to say anything
contact-verdict-say-more = more bought after
contact-verdict-say-fewer = fewer bought after
contact-verdict-say-unclear = the difference is within chance
follow-up-whose-staff-left = The store (staff member left)
follow-up-whose-staff-elsewhere = The store (staff member elsewhere)
follow-up-whose-nobody-named = The store
col-contacted-at = Time
col-contacts = Contacts
col-told = Telling results
col-reached-share = Reached
col-days-overdue = Days overdue
tier-move-start = Joined
tier-move-up = Risen by spend
tier-move-down = Fallen at a review
tier-move-rules = Rules changed
multiplier-all = Everything
multiplier-category = Category
multiplier-sku = Product
multiplier-store = Store
multiplier-channel = Channel
multiplier-weekday = Day of the week
multiplier-birthday = Birthday
multiplier-birthday-month = Month of the birthday
care-birthday = Birthday
care-holiday = Holiday
care-revisit = Follow-up
care-replenish = Time to restock
care-win-back = Win back
care-churn = Churn warning
care-points-expiring = Points expiring
care-confirm-details = Confirm details
contact-reached = Reached
contact-not-reached = Not reached
contact-coming = Coming
contact-do-not-contact = Do not contact
contact-wrong-number = Wrong number

## Codes of the data

gender-female = Female
gender-male = Male
gender-unknown = Unknown
calendar-solar = solar
calendar-lunar = lunar
channel-store = Store
channel-online = Online
channel-phone = Phone
channel-visit = Visit
channel-mail = Mail
channel-email = E-mail
channel-wechat = WeChat
channel-sms = SMS
channel-chat = Chat
channel-meeting = Meeting
channel-app = App
channel-miniapp = Mini app
reach-single = One channel
reach-multi = Several channels
migration-moved = Moved
migration-followed = With a store taken over
channel-unknown = Unknown
order-kind-sale = Sale
order-kind-refund = Refund
order-kind-exchange = Exchange
order-kind-topup = Top-up
order-kind-giftcard = Gift card
order-kind-shipping = Shipping
order-kind-deposit = Deposit
points-kind-earn = Earned
points-kind-redeem = Redeemed
points-kind-expire = Expired
points-kind-reverse = Reversed
points-kind-restore = Restored
points-kind-adjust = Adjusted
points-kind-merge = Merged
points-kind-opening = Opening
points-note-overdrawn = More used than could be used
points-note-refund-without-sale = Refund of an unknown sale, no points taken back
points-note-refund-before-sale = Refund dated before its sale
points-note-refund-too-large = More refunded than sold
points-note-refund-again = Refunded although nothing was left
points-kind-settle = Debt paid
points-kind-flag = Note
arm-treated = Contacted
arm-control = Control
purpose-sms = SMS marketing
purpose-phone = Phone marketing
purpose-wechat = WeChat marketing
purpose-personal-recommendation = Personal recommendations
status-open = Open
status-in-progress = In progress
status-resolved = Resolved
status-closed = Closed
severity-low = Low
severity-normal = Normal
severity-medium = Medium
severity-high = High
severity-safety = Safety
severity-critical = Critical
severity-warning = Warning
training-course = Course
training-workshop = Workshop
training-drill = Drill

## Data quality

quality-completeness = Complete
quality-validity = Valid
quality-consistency = Consistent
quality-fresh = Up to date
quality-stale = Late
quality-rows-accepted =
    { $n ->
        [one] { $n } row accepted
       *[other] { $n } rows accepted
    }
quality-rows-rejected =
    { $n ->
        [one] { $n } row set aside
       *[other] { $n } rows set aside
    }
quality-days-late =
    { $n ->
        [one] { $n } day late
       *[other] { $n } days late
    }
rule-required = A required value is missing
rule-type = Not the right kind of value
rule-key = The key is missing
rule-foreign-key = Refers to something unknown
rule-future-date = The date is in the future
rule-range = Out of range
rule-duplicate = Twice, with different content
rule-code = Not a known code
rule-columns = Wrong number of columns
rule-sign = The sign does not fit the kind
rule-currency = Another currency
rule-refund = The original sale is not known
rule-precision = Digits were lost in a spreadsheet
rule-total-row = A line of totals, not a sale
rule-repeated-header = The header stands again
rule-succession-self = A store that takes over from itself
rule-succession-circle = Stores that take over from each other in a circle

## Columns: stores

col-store-id = Store ID
col-store-name = Store
col-name = Name
col-region = Region
col-city = City
col-address = Address
col-phone = Phone
col-opened-on = Opened on
col-closed-on = Closed on
col-format = Format
col-manager = Manager
col-hours = Opening hours
col-alias = Alias
col-successor-id = Successor
col-effective-on = Effective on
col-target = Target
col-target-share = Target reached
col-stores = Stores
col-open-stores = Open stores
col-active-stores = Stores with sales
col-stores-previous = Stores, previous period
col-comparable-stores = Comparable stores
col-comparable-stores-last-year = Comparable stores, a year ago
col-comparable-net-sales = Comparable net sales
col-comparable-net-sales-now = Comparable net sales, now
col-comparable-net-sales-previous = Comparable net sales, previous period
col-comparable-net-sales-last-year = Comparable net sales, last year

## Columns: customers

col-source = Source
col-record-id = Record ID
col-id-space = ID space
col-gender = Gender
col-birthday = Birthday
col-birthday-calendar = Birthday calendar
col-email = E-mail
col-joined-on = Joined on
col-joined-channel = Joined through
col-level = Level
col-points-balance = Points balance
col-stored-value = Stored value
col-tags = Tags
col-wechat-id = WeChat ID
col-referrer-record-id = Referrer
col-preferred-channel = Preferred channel
col-consent-marketing = Marketing consent
col-age-band = Age band

## Columns: transactions

col-transaction-id = Transaction
col-line-no = Line
col-ordered-at = Time
col-ordered-on = Date
col-channel = Channel
col-sku = SKU
col-product-name = Product
col-category = Category
col-quantity = Quantity
col-unit-price = Unit price
col-discount = Discount
col-amount = Amount
col-net-amount = Net amount
col-kind = Kind
col-original-transaction-id = Original transaction
col-staff-id = Staff ID
col-payment-method = Payment
col-points-redeemed = Points redeemed
col-coupon-code = Coupon code
col-currency = Currency
col-is-refund = Refund

## Columns: products

col-brand = Brand
col-cost = Cost
col-price = Price
col-durable = Durable
col-replenish-days = Restock after (days)
col-shelf-from = On sale from
col-shelf-to = On sale until

## Columns: interactions

col-interaction-id = Interaction
col-at = Time
col-direction = Direction
col-content = Content
col-result = Result
col-next-step = Next step
col-next-step-on = Next date

## Columns: feedback

col-feedback-id = Feedback
col-nps = NPS
col-nps-low = NPS, low
col-nps-high = NPS, high
col-csat = CSAT
col-ces = CES
col-text = Text
col-severity = Severity
col-status = Status
col-first-reply-at = First reply
col-on-date = Date
col-resolved-at = Resolved
col-outcome = Outcome
col-told-at = Customer told
col-invitation-id = Invitation
col-survey = Survey
col-topic = Topic
col-n = Answers
col-response-rate = Response rate
col-nps-n = NPS answers
col-csat-n = CSAT answers
col-ces-n = CES answers
col-csat-low = CSAT, low
col-csat-high = CSAT, high
col-ces-low = CES, low
col-ces-high = CES, high
col-promoters = Promoters
col-passives = Passives
col-detractors = Detractors
col-complaints = Complaints
col-comment = Comment
col-position = No.

## Columns: consents, points, coupons, campaigns, referrals

col-purpose = Purpose
col-granted = Granted
col-notice-version = Notice version
col-proof = Proof
col-entry-id = Entry
col-points = Points
col-lot-id = Lot
col-reason = Reason
col-reasons = Reasons
col-coupon-id = Coupon
col-code = Code
col-campaign-id = Campaign
col-issued-on = Issued on
col-redeemed-at = Redeemed
col-face-value = Face value
col-segment = Segment
col-starts-on = Starts on
col-ends-on = Ends on
col-arm = Arm
col-referral-id = Referral
col-referred-record-id = Referred

## Columns: staff, training, inspections, funnel, consignment, tags

col-staff-name = Staff
col-role = Role
col-left-on = Left on
col-course-id = Course
col-score = Score
col-passed = Passed
col-expires-on = Expires on
col-inspection-id = Inspection
col-inspector = Inspector
col-checklist = Checklist
col-checklist-version = Checklist version
col-item = Item
col-note = Note
col-event-id = Event
col-step = Step
col-consignor-id = Consignor
col-item-id = Item ID
col-split-pct = Split
col-payout-method = Payout
col-received-on = Received on
col-sold-transaction-id = Sold in
col-returned-on = Returned on
col-tag = Tag
col-added-on = Added on
col-added-by = Added by

## Columns: people and sales

col-person-id = Customer
col-home-store-id = Home store
col-records = Records
col-match-probability = Match probability
col-month = Month
col-week = Week
col-weekday = Weekday
col-hour = Hour
col-net-sales = Net sales
col-orders = Orders
col-customers = Customers
col-people = People
col-new-customers = New customers
col-active-customers = Active members
col-member-share = Member share
col-avg-basket = Average basket
col-items-per-order = Items per order
col-avg-item-price = Average item price
col-refund-share = Refund share
col-refund-amount = Refunds, amount
col-sales-amount = Sales before refunds
col-member-net-sales = Member sales
col-member-orders = Member orders
col-items = Items
col-repeat-customers = Repeat customers
col-repeat-rate = Repeat rate
col-home-customers = Home customers
col-target-net-sales = Sales target
col-period-from = From
col-period-to = To
col-is-open = Open
col-is-complete = Whole month
col-comparable-previous = Comparable, previous period
col-comparable-last-year = Comparable, last year
col-comparable-growth-previous = Comparable growth, previous period
col-comparable-growth-last-year = Comparable growth, a year ago
col-first-sale-on = First sale
col-day = Day
col-lines = Lines
col-refunds = Refunds
col-repeat-share = Repeat rate
col-share = Share
col-change = Change
col-growth = Growth
col-rank = Rank
col-data-until = Data until
col-first-order-on = First purchase
col-last-order-on = Last purchase
col-recency-days = Days since last purchase
col-purchase-days = Purchase days
col-median-gap-days = Median gap (days)
col-p90-gap-days = Long gap, 90th percentile (days)
col-stores-visited = Stores visited
col-first-store-id = First store
col-channels = Channels
col-top-category = Top category
col-top-channel = Top channel

## Columns: segments, lifecycle, clusters

col-scheme = Scheme
col-frequency = Frequency
col-monetary = Money
col-r = R
col-f = F
col-m = M
col-cell = RFM cell
col-grid = RFM segment
col-cut = Cut
col-segment-no = No.
col-share-chain = Share, chain
col-net-sales-share = Share of sales
col-avg-net-sales = Net sales per person
col-recency-median = Days since last purchase, median
col-frequency-median = Frequency, median
col-stage = Stage
col-since = Since
col-previous-stage = Previous stage
col-from-stage = From
col-to-stage = To
col-cluster = Cluster
col-action = What to do

## Columns: value and churn

col-value-class = Value class
col-p-alive = Still a customer (probability)
col-expected-purchases-90d = Expected purchases, 90 days
col-expected-purchases-365d = Expected purchases, 1 year
col-expected-basket = Expected basket
col-clv-12m = Value, next 12 months
col-method = Method
col-model = Model
col-parameter = Parameter
col-value = Value
col-standard-error = Standard error
col-risk = Churn risk
col-precision = Precision
col-recall = Recall
col-lift = Lift
col-decile = Decile
col-baseline = Baseline
col-cohort-month = First purchase month
col-month-number = Month number
col-retained = Still buying
col-retained-share = Retention

## Columns: products

col-sku-a = Product A
col-sku-b = Product B
col-first-sold-on = First sold
col-last-sold-on = Last sold
col-baskets = Baskets
col-support = Support
col-confidence = Confidence
col-antecedent = Bought
col-consequent = Also buys
col-units = Units
col-gross-margin = Gross margin
col-margin = Margin

## Columns: loyalty

col-rule-version = Rule version
col-available-at = Available from
col-expires-at = Expires
col-balance = Balance
col-pending = Pending
col-expiring = Expiring
col-outstanding = Outstanding
col-liability = Liability
col-tier = Tier
col-qualifying-spend = Qualifying spend
col-to-next-tier = To next tier
col-to-retain = To keep tier
col-review-on = Review on
col-tier-before = Tier before
col-tier-after = Tier after
col-tier-no = Tier no.
col-spend = Spend needed
col-buyers = Members who bought
col-close-to-next = Close to the next tier
col-avg-spend = Spend per member
col-spend-share = Share of spend
col-grace-until = Grace until

## Columns: outreach

col-due-on = Due on
col-message = Message
col-suppressed-by = Held back by
col-contact = Contact
col-treated = Contacted
col-control = Control
col-incremental-sales = Incremental sales
col-incremental-low = Incremental, low
col-incremental-high = Incremental, high
col-return-on-cost = Return on cost

## Columns: service, quality, audit

col-due-at = Due
col-overdue = Overdue
col-reopened = Reopened
col-closed-loop-share = Customers told
col-compliance = Compliance
col-field = Field
col-completeness = Complete
col-validity = Valid
col-consistency = Consistent
col-freshness-days = Days late
col-duplicates = Duplicates
col-file = File
col-line = Line
col-column = Column
col-rule = Problem
col-hint = How to fix
col-rows = Rows
col-accepted = Accepted
col-rejected = Set aside
col-rejected-share = Set-aside share
col-preset = File type
col-threshold = Limit
col-sample = Sample
col-observed-on = Observed on
col-as-of = As of
col-days-behind = Days behind
col-missing-days = Days without data
col-days-with-data = Days with data
col-is-stale = Late
col-is-silent = Never any data
col-first-on = First day
col-feedback-until = Feedback until
col-expected-from = Expected from
col-term = Figure
col-definition = Definition

## Columns: compared with the previous period and last year

col-net-sales-previous = Net sales, previous period
col-net-sales-last-year = Net sales, last year
col-orders-previous = Orders, previous period
col-orders-last-year = Orders, last year
col-customers-previous = Customers, previous period
col-customers-last-year = Customers, last year
col-new-customers-previous = New customers, previous period
col-new-customers-last-year = New customers, last year
col-member-share-previous = Member share, previous period
col-member-share-last-year = Member share, last year
col-avg-basket-previous = Average basket, previous period
col-avg-basket-last-year = Average basket, last year
col-items-per-order-previous = Items per order, previous period
col-items-per-order-last-year = Items per order, last year
col-avg-item-price-previous = Average item price, previous period
col-avg-item-price-last-year = Average item price, last year
col-refund-share-previous = Refund share, previous period
col-refund-share-last-year = Refund share, last year
col-sales-amount-previous = Sales before refunds, previous period
col-sales-amount-last-year = Sales before refunds, last year
col-refund-amount-previous = Refunds, amount, previous period
col-refund-amount-last-year = Refunds, amount, last year
col-member-net-sales-previous = Member sales, previous period
col-member-net-sales-last-year = Member sales, last year
col-member-orders-previous = Member orders, previous period
col-member-orders-last-year = Member orders, last year
col-items-previous = Items, previous period
col-items-last-year = Items, last year
col-repeat-customers-previous = Repeat customers, previous period
col-repeat-customers-last-year = Repeat customers, last year
col-repeat-rate-previous = Repeat rate, previous period
col-repeat-rate-last-year = Repeat rate, last year

### ---- Sentences of the pages in content/, from here to the end of the file ----

vs-previous = vs previous { $days } days
vs-last-year = vs last year
previous-of = previous { $days } days
category-uncategorised = No category
dimension-recency = Recency R
dimension-frequency = Frequency F
dimension-monetary = Monetary M
alert-say-sales-down = Net sales down { $value } on the previous { $days } days
alert-say-refund-high = Refunds are { $value } of sales; the limit is { $limit }
alert-say-member-share-low = Members account for only { $value } of sales; the limit is { $limit }
alert-say-nps-low = NPS { $value } ({ $sample } answers); the limit is { $limit }
alert-say-no-data = No new data for { $value } days
alert-say-complaints-overdue =
    { $value ->
        [one] { $value } complaint is overdue
       *[other] { $value } complaints are overdue
    }
alert-say-target-behind = at this pace the month's net sales will be { $value } below the target
alert-say-customers-down = { $value } fewer members bought than in the { $days } days before ({ $sample } then)
alert-say-churn-high = { $value } of the sales to be expected in 12 months are those of customers at high risk, the limit is { $limit }
alert-say-peers-below = { $measure }: { $value } times what such customers and orders let expect, the limit is { $limit }
alert-do-sales-down = Find out whether fewer people came or each bought less, and whether some days of data are missing.
alert-do-refund-high = Look at which products come back and why, then talk to the store.
alert-do-member-share-low = Ask the tills to request the member number with every sale; it may simply not be entered.
alert-do-nps-low = Read the latest comments first, and mend the one thing mentioned most.
alert-do-no-data = Ask the store or IT to check the upload; draw no conclusion from this store's figures until the data is in.
alert-do-complaints-overdue = Reply to the customer today, then settle who closes the case and by when.
alert-do-target-behind = Look which days and categories are missing, then decide what to do; if the target is wrong, change it.
alert-do-customers-down = See who did not come: those first who used to buy much and have been away for long.
alert-do-churn-high = Follow the win-back list, beginning with those who mean the most.
alert-do-peers-below = Differences of customers and channels are already allowed for; ask a store that does well.
measure-came-back = Customers who came back
measure-avg-basket = Net sales per order
measure-items-per-order = Units per order
measure-refunded = Orders with refunds
measure-member-orders = Orders with a member
measure-came-back-about = Of the members who had bought within the 365 days before the period, how many bought again in it (in any store); by how long they had been away, how many days they had come, and channel.
measure-avg-basket-about = Net sales per order; by channel, with or without a member, weekday or weekend.
measure-items-per-order-about = Units per order; by channel, with or without a member, weekday or weekend.
measure-member-orders-about = Share of orders with a member; by channel, weekday or weekend.
measure-refunded-about = Share of orders with a refund, the fewer the better; by channel, with or without a member, weekday or weekend.
yes-no-true = yes
yes-no-false = no
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
verdict-well-above = far above
verdict-above = above
verdict-expected = as expected
verdict-below = below
verdict-well-below = far below
target-net-sales = Net sales
target-orders = Orders
target-new-customers = New customers
target-customers = Customers
target-avg-basket = Net sales per order
target-nps = NPS
target-csat = Satisfaction
target-ces = Ease
cell-yyy-action = The people to keep above all: first served, first told of arrivals, known to the store manager.
cell-yny-action = Came recently and spend well, but not often: give them a reason to come once more.
cell-nyy-action = Used to come often and spend well, not lately: a greeting from the assistant they know.
cell-nny-action = Spent well, long ago and seldom: win them back once, with a reason that weighs something.
cell-yyn-action = Come often and lately, spend little each time: suggest what goes together rather than a discount.
cell-ynn-action = Came just now: explain the member benefits and invite a second visit.
cell-nyn-action = Came several times, spent little, not lately: an ordinary reminder will do.
cell-nnn-action = No effort of their own; tell them along with everybody on big occasions.

## Arrivals, closing

col-missing-since = Missing since
col-days-late = Days late
col-arrived = Arrived
col-rows-newest = Lines, newest day
col-orders-newest = Orders, newest day
col-orders-usual = Usual orders
col-last-file = From file
col-expected = Expected
col-arrived-stores = Arrived
col-missing-stores = Missing
col-posted-month = Counts in
col-noticed-on = Data until, when found
col-amount-before = Before
col-amount-now = Now
col-difference-amount = Difference
col-net-sales-closed = Net sales, closed
col-net-sales-current = Net sales, now
col-orders-closed = Orders, closed
col-orders-current = Orders, now
col-adjustments-amount = Adjustments
col-entries = Entries
col-figures-month = Month
col-change-amount = Change
col-no = No.
col-growth-previous = vs previous
vs-month-before = vs month before
adjustment-new = Late
adjustment-changed = Changed
adjustment-gone = Gone
months-adjusted = { $n } corrections after closing, { $amount } in all: the figures here are those of now and hold them.

## The message after a build: counts and a link, nothing about people

digest-heading = { $chain }: new data
digest-heading-gaps = { $chain }: new data, with gaps
digest-heading-failed = { $chain }: this build did not succeed
digest-failed = The site stays as it was, with data until { $date }.
digest-failed-first = Nothing was published yet.
digest-reason = Reason: { $reason }
digest-data = Data until { $date }
digest-arrived-all = Arrived { $arrived }/{ $expected }: everything of { $due } is here
digest-arrived = Arrived { $arrived }/{ $expected }: { $missing } still missing for { $due }
digest-missing = Missing: { $names }
digest-missing-more = Missing: { $names } and others, { $n } in all
digest-thin = Look incomplete: { $n }
digest-rows = { $loaded } rows loaded, { $quarantined } set aside
digest-alerts = Alerts: { $critical } critical, { $warning } warnings
digest-alerts-none = No alerts
digest-adjustments = Corrections after closing: { $n }
digest-open-arrivals = Open arrivals
digest-open-overview = Open the overview
digest-separator = {", "}
list-separator = {", "}
## What changed since the release before: findings of the gate, changes of files

gate-row-drop = Rows are missing
gate-quarantine-share = Too many rows set aside
gate-schema-change = Columns changed
gate-files-gone = Files are gone
gate-stale-stores = Stores are late
change-new = New
change-changed = Changed
change-renamed = Renamed
change-gone = Gone

# Sealed pages
sealed-title = Access code needed
sealed-heading = This page is for staff
sealed-needs-script = This page needs JavaScript to open.
sealed-text = Enter the access code that head office gave you. You may paste it whole.
sealed-code = Access code
sealed-code-hint = 27 letters and digits; capitals, spaces and hyphens do not matter.
sealed-keep = Keep for seven days on this device
sealed-keep-hint = Only on a device of your own. Otherwise the code is asked for again when the browser was closed.
sealed-open = Open
sealed-opening = Opening …
sealed-say-length = A code has 27 characters; this one has {"{n}"}.
sealed-say-letter = A code never has "{"{letter}"}" in it (character {"{n}"}).
sealed-say-check = There is a typing mistake in the code. Please compare it group by group.
sealed-say-wrong = There is no such code. Please check it, or ask head office for a new one.
sealed-say-retired = This code was retired. If you still need access, ask head office for a new one.
sealed-say-renewed = Your access was renewed. Please enter your code again.
sealed-say-not-yours = Your code does not open this page.
sealed-say-insecure = This address is not a secure connection (https), so the browser cannot decrypt the page. Use the address that begins with https, or open the page from a folder.
sealed-say-old-browser = This browser is too old to decrypt the page. Please update it, or use a current Chrome, Edge, Safari or Firefox.
sealed-say-moved = This page is not where it was published; somebody may have moved it. Start from the home page, and tell head office.
sealed-say-damaged = This page is not complete; perhaps it was not uploaded to the end. Try again later, and tell head office.
sealed-say-opening = Opening; this takes a second or two …
sealed-say-lock = Lock
sealed-say-places = My pages
staff-entrance = For staff
table-people-hidden = Your role is not shown single customers.
audience-staff = all staff
sheet-title = Access codes
sheet-heading = { $chain } · { $name }
sheet-text = This is your own access code. Enter it at the staff entrance, or scan the QR code with your phone.
sheet-care = Keep it safe and do not pass a picture of it on. If it is lost or known to others, tell head office at once: it will be retired and replaced.

role-owner = Owner
role-marketing = Marketing
role-service = Customer service
role-finance = Finance
role-data-protection = Data protection
role-region = Region lead
role-manager = Store manager
role-clerk = Staff

col-to-confirm = To ask
col-filled = Filled in
col-masked = Masked
col-wrong = Wrong
col-suspicious = Doubtful
col-chain-completeness = Complete, all stores
col-completeness-before = Complete before
col-validity-before = Right before
col-last-seen-days = Days since last visit
col-repeated = Same as another's
col-check = Check
col-priority = Order
col-record-status = State
col-birthday-right = Birthday right
col-phone-right = Telephone right

## Checks of records: what is doubtful

check-name-masked = part of the name is masked: ask for it
check-name-no-letters = the name is no word: ask how to address them
check-name-placeholder = the name is "customer", "Mr" or the like: ask how to address them
check-phone-missing = no telephone: ask for the number
check-phone-masked = part of the number is masked: ask for all of it
check-phone-length = the number has too few or too many digits
check-phone-placeholder = the number looks made up
check-phone-no-such-range = no mobile number begins like this
check-phone-shared = four customers or more have this number
check-email-masked = part of the address is masked: ask for it
check-email-form = this is no e-mail address
check-email-placeholder = the e-mail address looks made up
check-birthday-future = the birthday lies in the future
check-birthday-placeholder = the birthday is a system's default: ask for it
check-birthday-old = the birthday is more than 110 years ago
check-birthday-is-joining = birthday and joining are the same day
check-birthday-after-joining = the birthday lies after joining
check-birthday-usual = many have this birthday: it looks made up
check-birthday-child = under 14: a guardian must confirm, and no marketing is sent
check-address-masked = part of the address is masked: ask for it
check-address-short = the address is too short
check-address-no-number = the address has no house number
check-joined-future = the joining day lies in the future

field-name = Name
field-phone = Telephone
field-email = E-mail
field-birthday = Birthday
field-address = Address
field-gender = Gender
field-joined-on = Joined
field-consent-marketing = Marketing consent
## Which records are one person

identity-reason-same-record = the only record of this person
identity-reason-override-same = somebody decided that they are one person
identity-reason-override-different = somebody decided that they are two people
identity-reason-same-phone-and-name = one telephone, and the same name
identity-reason-same-phone-name-fits = one telephone, and a form of address that fits the name
identity-reason-same-phone-no-name = one telephone, and one record without a name
identity-reason-same-phone-other-name = one telephone with two names
identity-reason-same-phone-other-person = one telephone, but another name and birthday
identity-reason-same-phone-other-gender = one telephone, but another name and gender
identity-reason-same-home-other-person = one home, but another name and birthday
identity-reason-other-name-and-birthday = another name and another birthday
identity-reason-other-name-and-gender = another name and another gender
identity-reason-perhaps-twins = perhaps twins: one birthday, nearly one name
identity-reason-only-the-name = nothing but the name speaks for it
identity-reason-fits-two-people = fits two different people
identity-reason-through-others = one person by way of other records
identity-reason-chain-override = would join people who were decided to be different
identity-reason-chain-contradiction = would join records that contradict each other
identity-reason-chain-loose = would join records that have little in common
identity-reason-name-same = same name
identity-reason-name-same-sound = name sounds the same
identity-reason-name-slip = name sounds nearly the same
identity-reason-name-partial = part of the name agrees
identity-reason-name-one-character = name differs in one character
identity-reason-name-surname = same surname, another given name
identity-reason-name-different = another name
identity-reason-phone-same = same telephone
identity-reason-phone-slip = telephone differs by one slip of the hand
identity-reason-phone-near = telephone differs in two places
identity-reason-phone-different = another telephone
identity-reason-wechat-same = same WeChat
identity-reason-wechat-slip = WeChat differs by one slip of the hand
identity-reason-wechat-near = WeChat differs in two places
identity-reason-wechat-different = another WeChat
identity-reason-email-same = same e-mail
identity-reason-email-slip = e-mail differs by one slip of the hand
identity-reason-email-other-host = same mailbox at another host
identity-reason-email-different = another e-mail
identity-reason-birthday-same = same birthday
identity-reason-birthday-other-calendar = same birthday in the other calendar
identity-reason-birthday-slip = birthday differs by one slip of the hand
identity-reason-birthday-part = two of year, month and day agree
identity-reason-birthday-different = another birthday
identity-reason-gender-same = same gender
identity-reason-gender-different = another gender
identity-reason-city-same = same town
identity-reason-city-different = another town
identity-reason-address-same = same address
identity-reason-address-close = nearly the same address
identity-reason-address-similar = similar address
identity-reason-address-different = another address
identity-reason-own-same = same
identity-reason-own-close = nearly the same
identity-reason-own-similar = similar
identity-reason-own-crossed = stands in the other column
identity-reason-own-different = different
identity-decision-merged = one person
identity-decision-review = for somebody to decide
identity-decision-household = two people of one home
identity-decision-different = two people


# ---- Exports ----
export-table = Table
export-field = Field
export-heading = Heading
export-type = Type
export-key = Key
export-meaning = Meaning
export-yes = yes
export-type-id = code or number (text)
export-type-text = text
export-type-boolean = yes or no
export-type-integer = whole number
export-type-decimal = amount or quantity
export-type-number = number
export-type-date = date
export-type-datetime = date and time
export-means-money = In the project’s currency.
export-means-month = The first day of the month.
export-means-source = Which source the row came from.
export-means-id-space = Whose numbers the record’s number is one of.
export-means-day = The business day of the time.
export-means-extra = A column of the files that the contract has no name for.

# ---- Portraits and finding a customer ----
field-city = City
field-level = Level
field-preferred-channel = Preferred contact
portrait-purchase = purchase
portrait-refund = return
portrait-refunded = returned in full
portrait-todo-complaint = settle a complaint
portrait-todo-confirm = confirm details
portrait-todo-review = check records
tag-origin-manual = file of tags
tag-origin-imported = customer record
tag-origin-rule = rule
direction-in = they came to us
direction-out = we contacted them
lookup-digits = Last four digits of the telephone
lookup-surname = Surname
lookup-start = Enter the last four digits and the surname to search { $people } customers.
lookup-more = Now the surname.
lookup-none = Nobody found. Check the digits; the customer may also belong to another store or have joined just now.
lookup-found = { $n } found.
lookup-results = Customers found
lookup-nobody = No customers with a name and a telephone yet.
lookup-script = Finding a customer needs scripts; please allow them in the browser.

# Kinds of tables.
room-baskets = What is bought together
room-churn = Who is about to stay away
room-closing = Closing months
room-clusters = Groups and trees
room-comparison = Stores beside their peers
room-coupons = Coupons
room-customers = Customers and segments
room-feedback = Feedback
room-interactions = Contacts and follow-ups
room-lifecycle = Stages and cohorts
room-campaigns = Campaigns
room-care = Care
room-loyalty = Member tiers and points
room-models = About these tables
room-monitoring = Alerts and arrivals
room-own = Of this project
room-people = Who is who
room-portraits = Pages of single customers
room-products = Products
room-quality = Quality of the data
room-referrals = Customers who bring customers
room-staging = Orders
room-stores = Stores and regions
room-value = Customer value

# Products: classes, discounts, prices

depth-none = Regular price
depth-under-10 = Under 10% off
depth-10-20 = 10–20% off
depth-20-30 = 20–30% off
depth-30-50 = 30–50% off
depth-50-up = 50% off and more
depth-unknown = Not known
xyz-x = X steady
xyz-y = Y up and down
xyz-z = Z irregular
xyz-unknown = Too early to say
price-more = More
price-fewer = Fewer
price-unclear = No clear difference
category-all-categories = All categories
col-class = Class
col-xyz = Evenness
col-products = Products
col-product-share = Share of products
col-share-before = Share of those ahead
col-variation = Coefficient of variation
col-months = Complete months
col-days-since-sold = Days since last sale
col-idle = Candidate to drop
col-margin-share = Margin rate
col-depth = Discount
col-line-share = Share of lines
col-discount-amount = Discount given
col-identified-share = Bought by members
col-new-customer-share = Share of new customers
col-weeks = Weeks with sales
col-weeks-regular = Regular weeks
col-weeks-reduced = Cheaper weeks
col-median-price = Median price
col-price-regular = Regular price
col-price-reduced = Reduced price
col-units-regular = Units a regular week
col-units-reduced = Units a cheaper week
col-sales-regular = Sales a regular week
col-sales-reduced = Sales a cheaper week
col-margin-regular = Margin a regular week
col-margin-reduced = Margin a cheaper week
col-ratio = Ratio
col-verdict = Finding
col-elasticity = Price elasticity

# Seasons and times of the week

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
col-calendar-month = Month
col-years = Years
col-days = Days
col-index = Index
col-orders-index = Orders index
col-orders-per-day = Orders per day
col-net-sales-per-day = Net sales per day

referral-step-invited = Invited
referral-step-joined = Joined
referral-step-bought = Bought
referral-step-rewarded = Rewarded
referral-origin-referred = Brought by others
referral-origin-other = Others
referral-status-attributed = Counts
referral-status-waiting = Waiting
referral-status-rewarded = Reward
referral-status-reversed = Reversed
referral-status-refused = No reward
referral-reason-none = All reached
referral-reason-self = Referred by themselves
referral-reason-unknown-referrer = Referrer not known
referral-reason-not-new = Was a customer before
referral-reason-too-late = Came too long after the referral
referral-reason-cycle = They refer each other in a circle
referral-reason-other-referrer = Another referrer counts
referral-reason-repeated = The same referrer once more
referral-reason-not-joined = Has not come yet
referral-reason-no-purchase = Has not bought
referral-reason-below-minimum = Below the minimum spend
referral-reason-return-window = In the return window
referral-reason-returned = Below the minimum after refunds
referral-reason-over-limit = More than the limit per month
referral-reward-expected = After the return window
referral-reward-due = Due
referral-reward-paid = Paid
referral-reward-over-limit = More than the limit per month
referral-reward-take-back = To be taken back
referral-reward-taken-back = Taken back
referral-reward-cancelled = Cancelled before payment
referral-kind-points = Points
referral-kind-money = Money
referral-kind-coupon = Coupon
referral-severity-high = High
referral-severity-medium = Medium
referral-flag-same-household = Same household
referral-flag-same-phone = Same telephone
referral-flag-same-address = Same address
referral-flag-self = Referred by themselves
referral-flag-cycle = Refer each other
referral-flag-referrer-later = Referrer joined later
referral-flag-burst = Many on one day
referral-flag-known-already = Mostly known customers
referral-flag-minimum-only = Mostly one visit at the minimum
referral-flag-returns = Several fell below by refunds
referral-flag-earns-more = Rewards exceed own purchases
coupon-rule-redeemed-twice = One coupon used several times
coupon-rule-before-issue = Used before it was issued
coupon-rule-other-person = Used by somebody else
coupon-rule-over-value = Discount above the face value
coupon-rule-order-unknown = Its order is not known
coupon-rule-surplus-uses = More uses than coupons
coupon-rule-unknown-code = Code is on no list
coupon-severity-high = High
coupon-severity-medium = Medium
coupon-severity-low = Low
coupon-detail-household = Same household

rules-no-column = The column "{ $column }" is missing.
rules-unknown-column = There is no column "{ $value }". Notes belong on a sheet of their own.
rules-column-twice = The column "{ $value }" stands here twice.
rules-missing = This cell must be filled.
rules-not-a-number = "{ $value }" is not a number.
rules-not-an-amount = "{ $value }" cannot be used: 0 or more, with few decimals; amounts have at most two.
rules-not-whole = "{ $value }" cannot be used: a whole number from { $least } to { $most }.
rules-not-a-day = "{ $value }" is not a day. Write it like 2026-11-01.
rules-time-of-day = "{ $value }" has a time of day. Rules change overnight: write the day only.
rules-not-a-choice = There is no "{ $value }". Choose one of: { $choices }.
rules-formula = The formula has no result ({ $value }).
rules-ends-before = The last day lies before the first.
rules-same-as = Begins on the same day as row { $row }, so nobody knows which counts. Give the older one a last day, or let the newer one begin later.
rules-not-higher = Needs more spend than row { $row }. Write the lowest tier first, each next one with more.
rules-no-lowest = On some days there is no tier at all. The lowest one has neither first nor last day: everybody is in it.
rules-says-not-which = Say which category, product, store, channel or day of the week.
rules-says-which = This kind does not say which: leave the cell empty.
rules-not-a-weekday = "{ $value }" is no day of the week. Write 1 (Monday) to 7 (Sunday).
rules-not-a-date = There is no day { $day } in month { $month }.
rules-in-settings = storebook.toml has { $setting } too. Rules of one kind stand in one place: delete those of the settings, or empty this sheet.
rules-two-files = { $one } and { $other } are both there, so nobody knows which counts. Keep one.
rules-other = { $message }
rules-unread = The sheet "{ $sheet }" is not used: it is none of Tiers, Points, Expiry, Multipliers, Holidays, Segments.
rules-count = { $count ->
    [one] 1 rule
   *[other] { $count } rules
}
rules-faults = { $count ->
    [one] One thing is to be mended.
   *[other] { $count } things are to be mended.
}
rules-fine = { $file } has no faults.
rules-empty = { $file } holds no rules: everything is as storebook.toml says.
rules-preview = Had the rules of { $date } always held, beside today's rules:
rules-up = Up: { $count ->
    [one] 1 person
   *[other] { $count } people
}
rules-down = Down: { $count ->
    [one] 1 person
   *[other] { $count } people
}
rules-stay = As before: { $count ->
    [one] 1 person
   *[other] { $count } people
}
rules-points = Points not used yet { $before } → { $after }
rules-liability = Liability of points { $before } → { $after }
rules-notes =
    Each sheet holds one kind of rule, one per row. Leave the headings of the first row as they are; yellow columns must be filled. Choose a cell to read what goes there; where there is a drop-down, choose from it.
    To change a rule, leave its row: give it a last day and add a row with a first day below. Earlier days keep the older rule. Rules change overnight.
    Tiers: lowest first; the lowest one takes 0 and has neither first nor last day.
    Points: how much spend earns how many points, and after how many days (the return window) they can be used. Expiry counts from the day they were earned.
    Multipliers: more points for a category, product, store, channel, day of the week or birthday; 0 gives none. Which one: the name or id as in the data.
    Holidays: how many days before to greet. The 30th of a lunar month of 29 days is its last.
    Segments: rows of one scheme and segment hold at once; a value may list several, divided by commas: any of them will do. Example: scheme "Distance", segment "Regulars nearby", one row "City Is 杭州", one row "Days with a purchase At least 3".
    A sheet without rules leaves everything as storebook.toml says. Rules of one kind cannot stand in both.
    Then run storebook rules check, which names sheet and cell of what is wrong, and storebook rules preview, which says who moves up, who down, and what the points cost.
rules-help-from = First day; empty: always.
rules-help-until = Last day; empty: no end.
rules-help-levels-name = Name of the tier, for example Silver.
rules-help-levels-spend = Spend that reaches the tier; 0 for the lowest.
rules-help-levels-points = How many times the points; empty: once.
rules-help-levels-benefits = What members get; it stands on their pages.
rules-help-earn-amount = For every so much spent, for example 1.
rules-help-earn-points = So many points, for example 1; rounded down over the order.
rules-help-earn-pending-days = Days until they can be used, usually the return window; empty: 15.
rules-help-expiry-lasts = When points end; choose from the list.
rules-help-expiry-number = How many months, or years.
rules-help-expiry-grace-days = Days that points given back after a return last longer; empty: 30.
rules-help-multipliers-name = What it is called, for example Tea week.
rules-help-multipliers-of = What it looks at; choose from the list.
rules-help-multipliers-is = Which category, product, store, channel or day of the week (1 to 7); empty for everything and birthdays.
rules-help-multipliers-factor = How many times the points; 0 gives none.
rules-help-holidays-name = Name of the holiday.
rules-help-holidays-name-en = Name on English pages; empty: the same.
rules-help-holidays-calendar = Solar or lunar.
rules-help-holidays-month = Month.
rules-help-holidays-day = Day; the 30th of a lunar month of 29 days is its last.
rules-help-holidays-lead-days = Days before that the greeting goes out; empty: 3.
rules-help-segments-scheme = What these segments together are called, for example Distance.
rules-help-segments-name = Name of the segment; rows of one name hold at once.
rules-help-segments-figure = Which figure of the customer; choose from the list.
rules-help-segments-compare = How to compare; choose from the list.
rules-help-segments-value = Compared with what; several values divided by commas.

care-kind-birthday = Birthday
care-kind-holiday = Holiday
care-kind-revisit = Ask how it is
care-kind-replenish = Time to buy again
care-kind-win-back = Win back
care-kind-churn = May be leaving
care-kind-points-expiring = Points end soon
care-kind-confirm-details = Check details
care-channel-phone = Telephone
care-channel-sms = Text message
care-channel-wechat = WeChat
care-channel-mail = Mail
care-held-no-consent = Never agreed to marketing
care-held-withdrawn = Refuses marketing
care-held-do-not-contact = Asked not to be contacted
care-held-under-14 = Under 14
care-held-wrong-number = Wrong number
care-held-no-address = No number or address
care-held-open-complaint = Open complaint or request
care-held-holdout = Never contacted, to compare
care-held-contacted = Contacted lately
care-held-frequency = Something more important within days
care-held-done = Sent or seen to already
care-held-stale = The store's data are late
care-held-no-phone = May not be called
care-held-beyond-limit = Beyond the list

message-origin-own = Own text
message-origin-built-in = Built in
outbox-day = Day
outbox-id = Id
outbox-kind = Occasion
outbox-channel = By
outbox-name = Customer
outbox-phone = Telephone
outbox-email = E-mail
outbox-title = Subject
outbox-text = Words
outbox-record = Member no.
outbox-characters = Characters
outbox-parts = Text messages

receive-thanks = Thank you
receive-number = Your number: { $number }
receive-keep = Please keep it, and name it when you ask a store what became of it.
receive-refused = This was not taken
receive-back = Go back with your browser: what you wrote is still there.
receive-origin = The form was sent from a page that is not of this site.
receive-kind = Only forms are taken, and no files.
receive-large = It is longer than a form may be.
receive-slow = It did not arrive in time. Please send it again.
receive-often = Too many were sent at once. Please wait { $seconds } seconds.
receive-later = It could not be kept just now. Please send it again in a minute; nothing is sent twice.
receive-nothing = There is no such form.
receive-field-unknown = the form has no such field
receive-field-twice = was filled in twice
receive-field-missing = must be filled in
receive-field-none-of = is needed, or another way to reach you
receive-field-too-long = at most { $longest } characters
receive-field-not-a-number = a whole number from { $from } to { $to }
receive-field-not-a-choice = is none of the choices
receive-field-not-a-day = is no day of the calendar
receive-label-store_id = Store
receive-label-kind = What it is
receive-label-contact = How to reach you
receive-label-topic = About
receive-label-csat = Satisfaction
receive-label-nps = Would you recommend us
receive-label-ces = How easy it was
receive-label-text = Your words
receive-label-sku = Product
receive-label-record_id = Member number
receive-label-name = Name
receive-label-phone = Telephone
receive-label-old_phone = Telephone so far
receive-label-email = E-mail
receive-label-staff_id = Served by
receive-label-invitation_id = Invitation
receive-label-happened_on = Day
receive-label-order_id = Receipt or order
receive-label-is_safety = Safety
receive-label-wish = What would put it right
receive-label-right = What you ask for
receive-label-birthday = Birthday
receive-label-birthday_calendar = Calendar
receive-label-city = City
receive-label-address = Address
receive-label-preferred_channel = How to reach you
