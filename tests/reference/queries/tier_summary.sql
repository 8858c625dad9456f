select tier_no, tier, spend, customers, share, buyers, qualifying_spend, spend_share, avg_spend, close_to_next from tier_summary order by tier_no
