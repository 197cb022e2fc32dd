"""Function words of common languages: what every text on any subject holds, so that sharing them tells nothing."""

from functools import cache

from app.curation.text import comparable, words

_WORDS = """
a about after all also am an and any are as at be because been before being both but by can could did do does doing each
for from had has have having he her here him his how i if in into is it its itself me more most my no nor not of on once
only or other our out over own she should so some such than that the their them then there these they this those through
to too under until up us very was we were what when where which while who whom why will with would you your may might
must
aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den der des dessen die dies diese
diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euch für hat haben hatte hatten
ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja kann kein keine können mich mir mit muss müssen nach nicht
noch nur ob oder ohne sein seine seinem seinen seiner seit sich sie sind so soll sollte sowie um und uns unter vom von
vor war waren was wegen weil welche welcher wenn werden wie wir wird wo wurde wurden während zu zum zur zwischen über
afin ainsi alors après au aux avec avant car ce cela ces cet cette ceux chez comme dans de depuis des donc dont du elle
elles en entre est et eu il ils je la le les leur leurs lors lorsque lui mais même mes moi mon ne nos notre nous on ont
ou où par parce pas pendant peut peuvent plus pour puis qu quand que qui sa sans se sera ses si son sont sous sur ta te
tes toi ton tous tout toute toutes très tu un une vers vos votre vous à été être
al algo ante antes como con contra cual cuando de del desde donde durante e el ella ellas ellos en era eran es esa ese
eso esta estaba estado están estar este esto estos fue fueron ha han hasta hay la las le les lo los me mi muy más ni no
nos o otra otro para pero por porque puede pueden que quien se ser si sin sobre son su sus también tan tiene tienen todo
todos tu un una uno unos y ya
agli ai alla alle allo anche che chi ci col come con cui da dagli dai dal dalla dalle degli dei del della delle dello di
dove e è ed era essere fra gli ha hanno il in io la le lei loro lui ma mi ne nei nel nella nelle non o per perché più
può quale quando quella quelle quello questa queste questi questo se sia sono sta su sua sue sui sul sulla suo tra tutti
un una uno
ao aos as à às com como da das de depois do dos e ela elas ele eles em entre era essa esse esta este eu foi foram há
isso isto já mais mas mesmo muito na nas nem no nos não o os ou para pela pelas pelo pelos por porque qual quando que
quem se sem ser seu seus sua suas são só também tem têm um uma umas uns você
aan als bij dan dat de deze die dit door een en er haar heeft heb hebben hem het hij hoe hun ik in is kan kunnen maar me
meer met mijn na naar niet nog of om omdat onder ook op over te tegen tot uit van veel voor waar want was wat we werd
wie wij worden wordt zal ze zich zij zijn zo zou
а без бы был была были было быть в вам вас во вот все всех вы где да для до его ее если есть еще же за и из или им их к
как ко когда кто ли между меня мне может мы на над не него нее нет ни них но о об однако он она они оно от по под при с
со так также там то того только том ты у уже что чтобы это этого этой этом этот я
aby ale ani bez być było był była były co czy dla do gdy gdzie go i ich im ja jak jako jednak jego jej jest już który
która które ma mi może na nad nie niż o od oraz po pod poza przed przez przy są się tak także te tego ten to tu tym u w
we więc z za ze że
att av de den det du där efter eller en ett från för ha han har hon hur i icke inte jag kan med men mot när och om på
sin som så till under upp ut var vara vi är över
bir bu da daha de değil diye en gibi hem her ile için ise kadar ki mı mi mu mü ne o olan olarak oldu olduğu ve veya ya
çok
الى إلى على عن في من مع هذا هذه ذلك تلك التي الذي الذين هو هي هم كان كانت أن إن لا ما لم لن قد كل بعد قبل عند بين حيث أو
ثم و كما
"""


@cache
def function_words() -> frozenset[str]:
    """As `comparable` writes them."""
    return frozenset(words(comparable(_WORDS)))
