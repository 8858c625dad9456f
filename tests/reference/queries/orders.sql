select transaction_id, ordered_on, is_sale, is_refund, is_purchase, fully_refunded, items, sales_amount, refund_amount, refunded_amount,
    net_amount, other_amount
from orders
where transaction_id in ('T109', 'T110', 'T111', 'T206', 'T403', 'T501', 'T601', 'T602', 'T1002', 'T1101', 'T9004', 'T9005')
order by transaction_id
