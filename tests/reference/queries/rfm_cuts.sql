select dimension, cut_no, value, source from rfm_cuts order by dimension, cut_no
