-- campaign_coupons: what became of the coupons of every campaign.
-- zh-CN: 每个活动的优惠券用了多少
-- grain: one row per campaign with coupons
-- key: campaign_id
-- definition: Coupons of the file that name the campaign. Redeemed: with a time of use until today. Somebody's arm is that of
--   campaign_arms; people who are on no list, or not known, are others. Files that hold used coupons only say nothing of how many
--   were given.
-- zh-CN definition: 优惠券文件里写了这个活动的券；有使用时间的是核销了。文件里只有用掉的券时，看不出一共发了多少。
-- column coupons: coupons in the file
-- column redeemed: of these, used
-- column redeemers: people who used one
-- column redeemers_treated: of them, contacted
-- column redeemers_control: of them, in the control arm: they got the offer all the same
-- column redeemers_other: of them, on no list
-- column redeemed_unknown: used coupons of nobody known
-- column face_value: of the used ones, project currency; null where no coupon has one
-- column codes: different coupons used
-- publishable: no
with coupons as (
    select
        c.campaign_id, c.code, c.face_value, r.person_id, a.arm,
        coalesce(cast(c.redeemed_at as date) <= {{ var('today') }}, false) as is_redeemed
    from {{ source('coupons') }} c
    left join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    left join {{ ref('campaign_arms') }} a on a.campaign_id = c.campaign_id and a.person_id = r.person_id and a.is_frozen
    where c.campaign_id is not null
)
select
    campaign_id, cast(count(*) as integer) as coupons, cast(count(*) filter (where is_redeemed) as integer) as redeemed,
    cast(count(distinct person_id) filter (where is_redeemed) as integer) as redeemers,
    cast(count(distinct person_id) filter (where is_redeemed and arm = 'treated') as integer) as redeemers_treated,
    cast(count(distinct person_id) filter (where is_redeemed and arm = 'control') as integer) as redeemers_control,
    cast(count(distinct person_id) filter (where is_redeemed and arm is null) as integer) as redeemers_other,
    cast(count(*) filter (where is_redeemed and person_id is null) as integer) as redeemed_unknown,
    try_cast(sum(face_value) filter (where is_redeemed) as decimal(18, 2)) as face_value,
    cast(count(distinct code) filter (where is_redeemed) as integer) as codes
from coupons
group by campaign_id
