"""What sounds as if something were still wrong (2.5): words alone, read by portal and phone alike.

Patterns are regular expressions that Python and a browser understand alike, over folded text (`folded`).
`HARMLESS` is taken out first: “没有不满意的地方” holds no complaint. Each sentence that was judged wrongly once
stands in tests/negative_words.yaml.
"""

from __future__ import annotations

# ruff: noqa: E501

TRADITIONAL = dict(
    zip(
        "沒壞舊還異響滿決徹轉問題樣聲裝換機電動氣質點時後裡復煩說應該嚴亂態處運損斷頻繼續無發現溫過熱緊鬆開關難壓頭"
        "為這個來會給對於將與與沖漲滲報警煙燙脫落裂製冷冒噪敗騙貴價錢輕重復複覆變務員專業時間遠遲週幾從觀麼須進檢較顯厲別",
        "没坏旧还异响满决彻转问题样声装换机电动气质点时后里复烦说应该严乱态处运损断频继续无发现温过热紧松开关难压头"
        "为这个来会给对于将与与冲涨渗报警烟烫脱落裂制冷冒噪败骗贵价钱轻重复复复变务员专业时间远迟周几从观么须进检较显厉别",
        strict=True,
    )
)

_FAULT = (
    "漏|渗|坏|响|噪音|噪声|杂音|抖|震|振动|卡|堵|停机|死机|报警|跳闸|冒烟|发热|发烫|过热|松动|脱落|断|裂|故障|毛病|问题|"
    "不转|不动|不亮|不制冷|不通|不稳|不准|不好|不行|不能|不满|无法|老样子|原样|很差|太差|失灵"
)
_AGAIN = "还是|还在|还有|还会|还|仍然|仍旧|仍|依旧|依然|照样|照旧|又|再次|再度|反复|老是|总是|一直|继续|时不时"
_NOT_YET = "(?:没有|没|未|尚未|未能|没能|无法|不能)(?:有|能|能够|得到|被|完全|彻底|真正|真的|根本|全部|全|都|完|给|一点|及时|妥善)*"

HARMLESS = (
    "没有?(?:任何|什么|一点儿?|半点)?(?:让人|令人|感到|觉得)?不满意?(?:的地方|之处|的)?",
    "(?:并无|毫无|无)(?:任何)?不满(?:意)?",
    "(?:不|没有|没|无|未)(?:会|再|有|出现|发现|发生|听到|见|任何|什么|一点|其他|其它)*"
    "(?:漏[水油气]?|渗[水油]?|异?响声?|异常|噪音|噪声|杂音|抖动?|震动?|振动|卡[顿住]?|堵|停机|死机|报警|跳闸|冒烟|发热|发烫|过热|"
    "松动|脱落|断|裂|坏|故障|毛病|问题|缺陷|意见|怨言|瑕疵|毛刺)",
    "不(?:错|差|慢|贵|坏|好意思|能更好|能再好|能再满意|后悔)",
    "没有?(?:理由|什么|啥)(?:可|好)?不(?:满意?|好|行|妥|对)的?",
    "没有?白来",
    "(?:以前|之前|原来|原先|过去)[^。;；!！?？]{0,14}(?:现在|如今|修后)(?:都|已经?|全)?(?:好了|正常了|不漏了|修好了|解决了)",
    "(?:could ?n[o']t|can ?not|can'?t) (?:be )?(?:more satisfied|happier|better|complain)",
    r"\bno(?:t a| more| further| other|)? ?(?:problems?|issues?|complaints?|faults?|leaks?|noises?|defects?|trouble|vibrations?)\b",
    r"\b(?:no longer|not|never|doesn't|does not|stopped|without) (?:any )?(?:leak|nois|vibrat|rattl|overheat|fail|break|stop)\w*",
    r"\bnothing (?:to complain|is wrong|wrong|bad)\b",
    r"\bnot (?:bad|only|unhappy|dissatisfied|unsatisfied)\b",
    r"\bnever (?:had|seen) (?:a|any) (?:problem|issue|fault)s?\b",
    r"\bwas ?n[o']t working\b.{0,40}\bnow\b",
)

NEGATIVE = (
    f"(?:{_AGAIN})[^，。,.;；!！?？]{{0,6}}(?:{_FAULT})",
    "(?:问题|毛病|故障|异响|噪音|漏[水油气]?|现象)[^，。,.;；!！?？]{0,3}(?:还在|仍在|依旧|依然|仍然|照旧|又来|又出现|再次|重现)",
    f"{_NOT_YET}(?:解决|修好|修复|修|弄好|搞好|搞定|处理|好转|改善|改进|恢复|排除|消除|根治|变化|效果|作用|起作用|达到|做好|装好|到位)",
    "(?:仍未|还没|还未|尚未)|(?:仍|还|尚)(?:需|待|须)(?:要|进一步|继续)?(?:观察|跟踪|处理|检查|维修)",
    "(?:不|谈不上|难以|没有|没|未)[^，。,.;；!！?？]{0,3}满意",
    "不满",
    "(?:太|很|非常|真|特别|极其|极|挺|更|实在)(?:差|糟|烂|慢|晚|久|贵|失望|敷衍|马虎|严重)",
    "(?:比|较)(?:以前|之前|原来|原先|过去|修前|维修前|上次)[^，。,.;；!！?？]{0,4}(?:更|还)[^，。,.;；!！?？]{0,2}(?:大|响|差|坏|糟|吵|慢|严重|厉害|频繁)",
    "不怎么(?:样|好|行|满意|稳|灵)|白来|(?:别|不要)再来",
    "差劲|差评|糟糕|失望|垃圾|敷衍|马虎|气愤|恼火|坑人|骗人|欺骗|不行|不好|不管用|不顶用|没用|无效|白修|白跑|白搭|越修越|不合格|不认可|不接受|不同意|勉强|凑合",
    "(?:修|弄|搞|治|解决|处理)不(?:好|了|彻底)|用不了|开不了|动不了|转不动|启动不了|治标不治本|时好时坏",
    "(?:不能|无法)(?:正常)?(?:用|使用|工作|启动|开机|运行|运转)",
    "(?:和|跟|与)(?:以前|原来|之前|修前)(?:还是)?(?:一样|没两样)|老样子|老毛病",
    "要求?退(?:货|款|换)|(?:需要?|还要|还得|要)(?:再|重新|返)(?:来|修|工|做|派)",
    "态度(?:很|太|非常)?(?:差|恶劣|不好|冷淡)|有待(?:改进|改善|提高|加强)|不够(?:好|及时|彻底|专业|满意|到位)",
    "(?:更|越来越)(?:厉害|响|吵|差|糟|严重|坏|漏|抖|热|慢)|还在(?:滴|流|冒|响|漏|渗)|(?:太|有点|很)吵|不理想|等于没(?:来|修|做)|没有?人(?:来|管|理|接)|没有?一次(?:修|弄|解决)",
    "没有?见(?:好|效)|没(?:有|什么|啥)*(?:效果|用处)|效果(?:不明显|不大|不好|不理想|一般)|拖了(?:半|一|两|好|几|\\d)",
    "(?:噪音|噪声|声音|响声|异响|震动|振动)[^，。,.;；!！?？]{0,4}(?:有点|偏|太|很|挺)大",
    r"\b(?:it|they|machine|pump|valve|this)(?: still)? leaks\b",
    r"\bstill\b.{0,30}\b(?:leak|nois|broken|fail|fault|not\b|n't|issue|problem|vibrat|same\b|bad\b|waiting|stop|loud|rattl|overheat|wrong)",
    r"(?:n't|n’t)\b.{0,12}\bstill\b",
    r"\b(?:leak|nois|broke|fail|stop|vibrat|rattl|fault|problem|issue|overheat)\w*(?:\W+\w+){0,4}\W+(?:again|persist\w*|remains?|came back|is back|are back)",
    r"\b(?:not|never|n't|isn't|wasn't|hasn't|aren't|doesn't|does not|didn't|did not|won't|can't|cannot)"
    r"(?:\W+(?:yet|really|fully|completely|entirely|been|being|be|at all|very|quite|so|even|properly|that|all|totally))*"
    r"\W+(?:solved|resolved|fixed|repaired|satisf\w*|work|works|working|happy|good|ok|okay|acceptable|better|improved?|start|run|accept|finished|done|right|clean)\b",
    r"un(?:re)?solved|unsatisf|dissatisf|\bunhappy|disappoint|\bterribl|\bawful|\bpoor(?:ly)?\b|\bworse|\bworst|\buseless|\bwaste|\brude\b|unacceptable|\bincomplete|half[- ]done|\bsloppy|\bangry|\bcomplain",
    r"\bbad (?:service|work|job|quality|attitude|repair)|\bkeeps? (?:leaking|failing|stopping|breaking|rattling|vibrating|making)",
    r"\bneeds? (?:to be )?(?:repair|fix|redo|replac)\w*|\brefund\b|\btoo (?:slow|late|expensive|loud|noisy|long)\b|\bsame (?:problem|fault|noise|issue)",
)
