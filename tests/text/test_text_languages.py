"""Which texts are in Vietnamese: with accents or without, and no text of English is one."""

from __future__ import annotations

import unicodedata

import pytest

from mien.text.languages import is_vietnamese

ENGLISH = """
Good morning! What a lovely day to begin something new.
I am sorry. The last train left ten minutes ago.
Yes, of course. I will be there.
I said no, and I meant no!
Hello
Hi
Hi there
Hi, Anh!
OK
Okay, let's go
Thanks a lot
Thank you
Go on
Come in
No
No way
To be or not to be
Can you hear me?
Hang on a minute
Ban the bomb
Long ago
Sing a song
Hong Kong
King Kong
Ping pong
Ding dong
Ha ha ha
Tom Hanks
Kim
Ban Ki Moon
Visit Hanoi
I live in Đà Nẵng
I love phở and bánh mì
My name is Nguyễn Văn An
Mr. Nguyễn Phú Trọng met the president of France
Hồ Chí Minh City is the largest city in Vietnam
In Vietnamese 'toi khong hieu' means I do not understand
We ate bun cha and banh mi in Hanoi
The áo dài is a long dress
Please say xin chào to your mother
Do not go in
Me too
Oh no
Oh my
So do I
Is it on?
A man can do it
Let me in
The cat sat on the mat
The dog ran to the sun
He can hum a tune
Do it then
Than the other one
Tea time
Sun Tan Lotion
A tan man hit a hen
A hot pan on a mat
Hot dog
Hip hop
Hey you
Hey Duy, can you come over?
Chi Minh Tran sent me the report
Do Thi Lan and Tran Van Nam are here
Dear Nhung, see you soon
Tim, Tom and Nam are my sons
Ten men can do the job
Hum along to the tune
Sing along with me
Mom and dad
Mama mia
Papa can you hear me
Ta ta for now
Bye bye
Bon voyage
Ciao bella
La la la
Do re mi fa so la ti do
Tra la la
Ho ho ho
Ho ho ho, Merry Christmas
Hum, ho, hi
A Chinese gong
Lunch at noon
See me at ten
Nine to five
It is an old song
Can Tho
Win a car
We sang a song on the moon
Zoom in
An ant in a tin
He is in the inn
In the beginning there was nothing
The meeting moved to three o'clock on Tuesday
Twelve boxes arrived yesterday and nobody has opened them
My phone number is 555-0123
Visit https://example.com/xin-chao for details
Write to toi.khong@vui.vn for more
Naïve café owners adore déjà vu
The résumé of Señor López is on the table
I won't, can't and don't
Open the pod bay doors, please
Rung by rung, he climbed the ladder
Nothing is as good as an early lunch
The quick brown fox jumps over the lazy dog
the cam on top
web cam on
Oi oi oi
Hello bạn, see you tomorrow
See you in Đà Lạt
I ordered phở bò and chả giò for lunch
Café au lait
naïve résumé
Señor García está aquí
Où êtes-vous, mon ami?
à la carte
déjà vu
São Paulo é uma cidade
Ça va bien
Grüß Gott, wie geht es dir
Je suis à la maison
Voilà
Não, obrigado
Tudo bem com você
Mamma mia, come stai
He can hang on
Do not go
Tet holiday
Pho is good
Viet Cong
The Viet Nam War
Hang in there
Thanh Nguyen
Linh and Minh are here
The word đẹp means beautiful
'Xin chào' means hello
Press Đ to continue
an ao dai
Duong Thu Huong wrote it
Chi and Anh go home
cam on, mic off
Hai
Ban
Mai
Lan
No no no
Me oh my
Tam tam
Can you mua
Dong
"""

VIETNAMESE = """
Chào buổi sáng! Chúc bạn một ngày thật vui.
Tôi rất tiếc. Chuyến tàu cuối đã chạy mười phút trước.
Vâng, tất nhiên rồi. Tôi sẽ đến.
Xin chào
xin chao
Xin chao cac ban
Chào bạn
Chào em
Chào bà
Cảm ơn
cam on
cam on ban nhieu
Cám ơn anh
Tạm biệt
Tam biet nhe
Xin lỗi
xin loi em
Toi yeu em
Tôi yêu em
Anh yeu em nhieu lam
Em ơi
Em oi, anh day
Hom nay troi dep qua
Hôm nay trời đẹp quá
Ban co khoe khong?
Bạn có khỏe không
Toi khong hieu
Ten toi la Minh
Tên tôi là Minh
Mình là Lan
Mẹ ơi, con về rồi
Me oi con ve roi
Di an com thoi
Đi ăn cơm thôi
Chuc mung sinh nhat
Chúc mừng năm mới
chuc mung nam moi
Ha Noi mua nay dep lam
Hà Nội mùa này đẹp lắm
Toi muon mot ly ca phe sua da
Cho tôi một ly cà phê sữa đá
Nha toi o gan truong hoc
Nhà tôi ở gần trường học
Con meo dang ngu tren ghe
Con mèo đang ngủ trên ghế
Troi mua to qua
Bao gio ban ve?
Bao giờ bạn về?
Toi da lam viec o day nam nam
Hôm nay mình review chiếc laptop Dell mới trên YouTube
Tôi dùng Facebook và Google mỗi ngày
Gọi pizza đi
Anh gửi email cho em nhé
XIN CHÀO CÁC BẠN
XIN CHAO CAC BAN
CHÚC MỪNG NĂM MỚI
Chào Mừng Bạn Đến Với Việt Nam
Việt Nam
Đẹp
Đẹp quá!
Không
Không được đâu
Được rồi
Duoc roi
Vui lòng bấm số một để gặp nhân viên
Vui long bam so mot de gap nhan vien
Chung toi xin thong bao chuyen tau so 5 se den muon
Chúng tôi xin thông báo chuyến tàu số 5 sẽ đến muộn 15 phút
Thời tiết hôm nay: nhiệt độ từ 25 đến 32 độ
Nguyễn Văn An sống ở Đà Nẵng
Ông Trần Văn Nam là giáo viên
Thủ tướng Phạm Minh Chính gặp Tổng thống Pháp
Mùa xuân là Tết trồng cây
Một hai ba bốn năm
mot hai ba bon nam sau
Ai đó?
Ai do dang goi toi
Có ai ở nhà không?
Co ai o nha khong?
Ăn gì đây?
An gi day?
Em bé đang khóc
Bà ngoại kể chuyện cổ tích
Hôm qua tôi đi chợ mua cá và rau
hom qua toi di cho mua ca va rau
Lâu quá không gặp
lau qua khong gap
Ngày mai gặp lại nhé
ngay mai gap lai nhe
Chúc ngủ ngon
chuc ngu ngon
Nước Việt Nam ta
Đi thôi!
Di thoi!
Nhanh lên nào
nhanh len nao
Tôi không biết
toi khong biet
Tôi đồng ý
toi dong y
Sao em buồn thế?
Cô ấy hát hay lắm
Hôm nay tôi đi Facebook office meeting with the team
Tôi tên là John Smith
Tôi là John
Meeting lúc 3h nhé
check mail giúp mình
Mua iPhone 15 Pro Max giá tốt
Tôi làm việc ở Google
di cho mua rau
Thanh cong
em oi
Chao cac ban, minh la John Smith
Hello moi nguoi
co len
Bà
Đi
Vâng
Anh đang deploy server lên AWS nhé
Cuối tuần này team building ở Vũng Tàu
Em gửi file PDF qua email cho sếp rồi
Livestream bắt đầu lúc 8 giờ
Bạn có muốn uống coffee không
Taylor Swift hát hay quá
Báo cáo KPI quý này
Ok em nhé
Hello bạn
Bye bye mọi người
Shop mình có sale 50%
Hôm nay trời đẹp
Cảm ơn bạn
sao em buon the
Trời ơi
toi la sinh vien
anh yeu em
hom nay troi dep
Tổng thống Joe Biden gặp Putin
Messi ghi bàn vào lưới Real Madrid
"""

OTHERS = """
Où est la gare, s'il vous plaît ?
Toi et moi
À la bonne heure
Não há pão, só água
El niño está aquí con su mamá
Das ist schön, nicht wahr?
Am să mă duc acasă după cină
Moj đak je među nama
Buongiorno, come stai?
今日はいい天気です
"""


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", _lines(ENGLISH))
def test_no_english_text_is_vietnamese(text: str) -> None:
    assert not is_vietnamese(text)
    assert not is_vietnamese(text.upper())


@pytest.mark.parametrize("text", _lines(VIETNAMESE))
def test_vietnamese_is_found_with_its_accents_and_without(text: str) -> None:
    assert is_vietnamese(text)
    assert is_vietnamese(unicodedata.normalize("NFD", text))
    assert is_vietnamese(text.upper())


@pytest.mark.parametrize("text", ["", "…", "123", "🙂", *_lines(OTHERS)])
def test_no_other_text_is_vietnamese(text: str) -> None:
    assert not is_vietnamese(text)


def test_there_are_enough_of_them() -> None:
    assert min(len(_lines(ENGLISH)), len(_lines(VIETNAMESE))) >= 100


@pytest.mark.parametrize(
    "text", ["Anh Nguyen", "My friend Nguyễn Thị Hương lives in Huế", "Ho Chi Minh", "Nguyen Van An"]
)
def test_a_name_is_no_vietnamese_text(text: str) -> None:
    assert not is_vietnamese(text)
