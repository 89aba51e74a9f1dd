"""The Vietnamese words for everything that a scene can show."""

from __future__ import annotations

from mien.follow.corpus.language.phrases import colours, says, split

SUBJECTS = says(
    "kind",
    {
        "woman": "cô gái, cô gái, cô gái, phụ nữ, người phụ nữ, người con gái, thiếu nữ, bà, cô, chị, bà cụ, bà già, "
        "bà lão, người đàn bà, người mẹ, cô dâu, cô giáo, nữ ca sĩ, cô ca sĩ, vũ công nữ, nữ vũ công, bạn nữ, bạn "
        "gái, nàng, chị gái, nữ sinh, bà ngoại, bà nội, công chúa, nữ hoàng, cô nàng, gái trẻ, cô gái trẻ, thôn nữ, "
        "cô ấy, nữ diễn viên, mẹ, em gái, hoa hậu, thiếu phụ, quý cô, cô gái xinh đẹp, cô y tá, chị ấy",
        "man": "chàng trai, chàng trai, người đàn ông, đàn ông, anh, anh chàng, chú, ông, ông già, ông lão, cụ ông, "
        "thanh niên, nam thanh niên, nam, ông cụ, bạn nam, bạn trai, anh ấy, nam ca sĩ, vũ công nam, nam vũ công, "
        "chàng, người cha, ông nội, ông ngoại, hoàng tử, chú rể, nam sinh, quý ông, chú cảnh sát, chàng thanh niên, "
        "bố, ba, nhà vua, thầy giáo, nam diễn viên, anh bộ đội, trai trẻ, bác nông dân, ông ấy",
        "child": "em bé, em bé, đứa trẻ, đứa bé, bé gái, bé trai, trẻ em, trẻ con, cháu bé, trẻ nhỏ, em nhỏ, bé con, "
        "bé, nhóc, thằng bé, con bé, thằng nhóc, cậu nhóc, nhi đồng, học sinh tiểu học",
        "woman child": "cô bé, cô bé",
        "man child": "cậu bé, cậu bé",
        "woman man child": "người, ai đó, vũ công, ca sĩ, diễn viên, bạn, người ta, học sinh, sinh viên, nghệ sĩ, "
        "vận động viên, con người, giáo viên, bác sĩ, diễn viên múa, nông dân",
        "robot": "người máy, người máy, robot, robot, rô bốt, rô-bốt, người máy kim loại, cỗ máy, máy móc hình người",
        "panda": "gấu trúc, gấu trúc, con gấu trúc, chú gấu trúc, gấu trúc lớn, bạn gấu trúc, panda",
        "bear": "gấu, con gấu, chú gấu, gấu nâu, con gấu nâu, gấu bông, chú gấu nâu, bác gấu",
    },
)
NAMELESS = split("nhân vật")
BUILDS = says(
    "build",
    {
        "slim": "gầy, ốm, mảnh mai, thon thả, mảnh khảnh, gầy gò, mảnh dẻ, thanh mảnh, dáng gầy, người gầy, dáng "
        "mảnh mai",
        "average": "dáng trung bình, vóc dáng trung bình, dáng người bình thường, cân đối",
        "broad": "mập, béo, to béo, mập mạp, to con, vạm vỡ, lực lưỡng, mũm mĩm, béo tốt, đô con, cơ bắp, to lớn, "
        "cao to, béo ú, tròn trịa, khỏe mạnh, dáng to, vai rộng, to khỏe, đậm người, lực sĩ",
    },
)
SKINS = says(
    "skin",
    {
        "light": "da trắng, nước da trắng, da sáng, trắng trẻo, làn da trắng, da trắng hồng",
        "tan": "da ngăm, da rám nắng, nước da ngăm, da bánh mật, làn da rám nắng",
        "brown": "da nâu, nước da nâu, làn da nâu",
        "brown dark": "da đen, da sẫm màu, da ngăm đen, nước da đen, da tối màu, gốc phi, châu phi",
    },
)
CLOTHES_COLOURS = colours(
    {
        "red": "đỏ, đỏ, đỏ, màu đỏ",
        "red dark": "đỏ đậm, đỏ sẫm, đỏ thẫm, đỏ đô, đỏ rượu, đỏ mận, đỏ rượu vang, đỏ tối",
        "red bright": "đỏ tươi, đỏ rực, đỏ chót, đỏ chói",
        "orange": "cam, cam, màu cam, da cam",
        "orange bright": "cam tươi, cam rực, cam sáng",
        "yellow": "vàng, vàng, vàng, màu vàng, vàng nghệ, vàng kim",
        "yellow light": "vàng nhạt, vàng chanh, vàng kem",
        "yellow bright": "vàng tươi, vàng rực, vàng chói, vàng sáng",
        "green": "xanh lá, xanh lá cây, xanh lá, xanh lá cây, xanh lục, lục, xanh cây",
        "green dark": "xanh rêu, xanh lá đậm, xanh lá sẫm, xanh lá cây đậm, xanh bộ đội, xanh ô liu",
        "green light": "xanh lá nhạt, xanh non, xanh cốm, xanh bạc hà, xanh lá cây nhạt, xanh lá mạ",
        "green bright": "xanh lá tươi, xanh nõn chuối, xanh lá sáng, xanh chuối",
        "blue": "xanh dương, xanh dương, xanh nước biển, xanh biển, xanh lam, lam",
        "blue dark": "xanh đen, xanh than, tím than, xanh dương đậm, xanh navy, navy, xanh hải quân, xanh lam đậm, "
        "xanh tím than",
        "blue bright": "xanh dương tươi, xanh coban, xanh dương sáng, xanh hoàng gia",
        "light_blue": "xanh da trời, xanh da trời, xanh da trời, xanh da trời, xanh nhạt, xanh dương nhạt, xanh lơ, "
        "xanh thiên thanh, xanh biển nhạt",
        "light_blue green plain dark light bright": "xanh ngọc, xanh ngọc bích, xanh lam ngọc",
        "green blue light_blue plain dark light bright": "xanh, xanh, màu xanh",
        "green blue dark": "xanh đậm, xanh sẫm, xanh thẫm",
        "green blue bright": "xanh tươi",
        "purple": "tím, tím, màu tím",
        "purple dark": "tím đậm, tím sẫm, tím thẫm",
        "purple light": "tím nhạt, tím hoa cà, tím oải hương, tím lavender, tím khoai môn",
        "pink": "hồng, hồng, màu hồng",
        "pink light": "hồng nhạt, hồng phấn, hồng pastel",
        "pink bright": "hồng đậm, hồng tươi, hồng rực, hồng sen, hồng cánh sen, hồng neon",
        "brown": "nâu, nâu, màu nâu",
        "brown dark": "nâu đậm, nâu sẫm, nâu đất, sô cô la, nâu cà phê",
        "brown light": "nâu nhạt, nâu sữa, nâu vàng, da bò",
        "brown white plain dark light": "be, kaki",
        "black": "đen, đen, đen, màu đen, đen tuyền",
        "white": "trắng, trắng, trắng, màu trắng, trắng tinh, trắng muốt, trắng kem, kem, trắng ngà, trắng toát",
        "grey": "xám, xám, màu xám, ghi",
        "grey dark": "xám đậm, xám sẫm, xám tro, ghi đậm, xám chì",
        "grey light": "xám nhạt, bạc, ghi sáng, xám sáng, ánh bạc",
    }
)
HAIR_COLOURS = colours(
    {
        "black": "đen, đen, đen nhánh, đen tuyền, đen mượt, đen óng",
        "brown": "nâu, nâu, nâu hạt dẻ, hạt dẻ",
        "brown dark": "nâu đậm, nâu sẫm, nâu đen",
        "brown light": "nâu nhạt, nâu sáng",
        "blond": "vàng, vàng, vàng hoe, vàng óng",
        "blond light": "bạch kim, vàng nhạt, vàng sáng",
        "blond dark": "vàng đậm, vàng sẫm, vàng nâu",
        "red": "đỏ, đỏ, đỏ hoe, hung, hung đỏ, cam",
        "grey": "xám, hoa râm, muối tiêu",
        "white": "trắng, bạc trắng, trắng xóa",
        "grey white": "bạc, bạc, bạc phơ",
    },
    "hair_colour",
)
HAIR_STYLES = says(
    "hair_style",
    {
        "short": "ngắn, ngắn, cắt ngắn, húi cua, tém, cắt cua, ngắn ngủn",
        "bob": "bob, bob, ngang vai, ngắn ngang cằm, cắt bob, bum bê",
        "long": "dài, dài, dài, dài thướt tha, dài thẳng, xõa dài, thả dài, suôn dài, xõa, dài đến lưng",
        "ponytail": "đuôi ngựa, buộc đuôi ngựa, cột đuôi ngựa, buộc cao, buộc, cột cao, đuôi gà",
        "bun": "búi, búi cao, búi, búi tó, búi củ tỏi, vấn cao, bới cao",
        "curly": "xoăn, xoăn, quăn, xoăn tít, uốn xoăn, xù, gợn sóng, uốn",
        "short bob": "ngắn vừa",
    },
)
BALD = says(
    "hair_style", {"bald": "hói, hói đầu, đầu hói, đầu trọc, trọc đầu, không có tóc, không tóc, trọc, hói, cạo trọc"}
)

TOPS = says(
    "top",
    {
        "t_shirt": "áo thun, áo thun, áo phông, áo phông, áo cộc tay, áo ngắn tay, áo ba lỗ, áo hai dây, áo thể "
        "thao, áo thun ngắn tay, áo t-shirt, áo polo, áo sát nách, áo tay ngắn, áo thun cổ tròn, áo đá bóng",
        "shirt": "áo sơ mi, áo sơ mi, sơ mi, áo sơ-mi, áo dài tay, áo tay dài, áo cánh, áo bà ba, áo kiểu, sơ mi dài "
        "tay",
        "shirt coat": "áo len, áo nỉ, áo hoodie, hoodie, áo len cổ lọ, áo len dài tay, áo cardigan",
        "coat": "áo khoác, áo khoác, áo choàng, áo măng tô, áo phao, áo mưa, áo vest, áo da, áo khoác da, áo khoác "
        "dài, áo bông, áo gió, áo khoác gió, áo khoác ấm, áo blouse, áo lông, áo khoác bò, áo jacket, áo blazer, áo "
        "bành tô",
        "ao_dai": "áo dài, áo dài, áo dài, áo dài truyền thống, áo dài việt nam, bộ áo dài, tà áo dài",
        "t_shirt shirt": "áo, áo, áo",
    },
)
DRESSES = says(
    "top",
    {"dress": "váy, váy, váy dài, đầm, đầm, váy liền, váy liền thân, đầm dài, đầm dạ hội, váy dạ hội, váy cưới, "
     "váy xòe, đầm xòe, váy đầm, đầm maxi, váy hai dây, váy công chúa, đầm bầu, váy ngắn, đầm ngắn"},
)  # fmt: skip
"""With no other top in the text, `váy` is a dress; beside one it is a skirt."""

SUITS = says("top", {"coat": "com lê, vest, bộ vest, bộ com lê, âu phục"}, bottom="trousers")
BOTTOMS = says(
    "bottom",
    {
        "trousers": "quần dài, quần, quần, quần tây, quần jean, quần jeans, quần bò, quần âu, quần ống rộng, quần "
        "vải, quần kaki, quần thể thao, quần ống loe, quần jogger, quần ống đứng, quần lụa, quần legging",
        "shorts": "quần đùi, quần đùi, quần short, quần soóc, quần ngắn, quần cộc, quần lửng, quần xà lỏn, quần bơi, "
        "quần sóc",
        "skirt": "chân váy, chân váy, váy, váy, váy ngắn, chân váy dài, chân váy xòe, váy xòe, váy dài, chân váy xếp "
        "ly, chân váy ngắn, chân váy chữ a",
    },
)
PATTERNS = says(
    "top_pattern",
    {
        "plain": "trơn, trơn, một màu, không hoa văn, không họa tiết",
        "stripes": "kẻ sọc, sọc, sọc ngang, kẻ ngang, có sọc, sọc kẻ, kẻ, sọc dưa, sọc dọc, kẻ dọc, vằn",
        "dots": "chấm bi, chấm bi, bi, có chấm, hoa chấm bi, chấm tròn, có chấm bi",
        "checks": "caro, ca rô, kẻ caro, kẻ ô, kẻ ca rô, ô vuông, sọc caro, carô",
    },
)
PATTERN_NOUNS = says(
    "top_pattern",
    {"stripes": "sọc, sọc, kẻ, vằn", "dots": "chấm bi, chấm, chấm tròn", "checks": "caro, ô vuông, ca rô, kẻ ô"},
)
HATS = says(
    "hat",
    {
        "cap": "mũ lưỡi trai, mũ lưỡi trai, nón kết, mũ bóng chày, nón lưỡi trai, mũ kết, mũ lưỡi trai ngược",
        "hat": "mũ rộng vành, mũ rộng vành, nón rộng vành, mũ vành, mũ cao bồi, mũ phớt, mũ vành rộng, nón cao bồi",
        "beanie": "mũ len, mũ len, nón len, mũ beanie, mũ trùm đầu len, mũ ấm, mũ len ấm",
        "non_la": "nón lá, nón lá, nón lá, nón, chiếc nón lá, nón bài thơ, nón chóp, nón quai thao",
        "hat non_la": "mũ rơm, mũ cói, nón cói",
        "cap hat beanie": "mũ, mũ, mũ",
    },
)
PLACES = says(
    "place",
    {
        "sea": "trên biển, trên biển, ngoài biển, giữa biển, trên mặt biển, trên đại dương, ngoài khơi, giữa đại "
        "dương, trên sóng, trên sóng biển, ở biển khơi, giữa biển khơi, trên ngọn sóng, dưới biển, giữa biển cả, "
        "trên biển khơi, trên những con sóng, trên biển xanh, giữa trùng khơi, trên mặt đại dương, ngoài biển khơi",
        "sea beach": "ở biển, bên biển, gần biển, trước biển, cạnh biển",
        "water": "trên mặt nước, trên mặt nước, trên mặt hồ, trên hồ, bên hồ, giữa hồ, trên nước, ở hồ, cạnh hồ, "
        "trên sông, giữa hồ nước, trên mặt hồ phẳng lặng, bên bờ hồ, ở bờ hồ, dưới nước, trên mặt ao, bên dòng sông, "
        "trên hồ nước, trên mặt sông, bên sông, trên mặt nước phẳng lặng, ngoài hồ",
        "beach": "trên bãi biển, trên bãi biển, ở bãi biển, bên bờ biển, ở bờ biển, trên cát, trên bãi cát, trên bờ "
        "biển, dọc bờ biển, trên cát trắng, ngoài bãi biển, trên bờ cát, dọc bãi biển, trên cát vàng, trên nền cát, "
        "bên bãi biển, ngoài bờ biển, trên bãi cát trắng, ven biển",
        "mountain": "trên núi, trên núi, trên đỉnh núi, ở núi, trên ngọn núi, trên đồi, trên vách núi, giữa núi "
        "rừng, trên ngọn đồi, trên đỉnh đồi, trên sườn núi, giữa núi non, trên cao nguyên, ở vùng núi, trước núi, "
        "trên đỉnh, trên núi cao, phía sau là núi, trên núi đá, giữa những ngọn núi, ở trên ngọn núi, trên đỉnh núi "
        "cao",
        "mountain snow": "trên núi tuyết, trên đỉnh núi tuyết, trên đỉnh núi phủ tuyết, trên núi phủ tuyết",
        "snow": "trên tuyết, trên tuyết, trong tuyết, giữa trời tuyết, dưới tuyết, ngoài trời tuyết, dưới trời "
        "tuyết, trong cơn bão tuyết, trong mùa đông, giữa mùa đông, trên nền tuyết, trên tuyết trắng, khi tuyết rơi, "
        "giữa tuyết trắng, giữa cánh đồng tuyết, trên cánh đồng tuyết, trong trời tuyết, trong bão tuyết, khi trời "
        "có tuyết",
        "city": "trong thành phố, trong thành phố, ở thành phố, trên phố, trên đường phố, ngoài phố, giữa phố, trên "
        "đường, ngoài đường, giữa thành phố, trên vỉa hè, trong phố, ở hà nội, ở sài gòn, giữa những tòa nhà, trước "
        "tòa nhà, trên con phố, trong khu phố, trong đô thị, trong ngõ, giữa phố đông, dưới phố, trên phố đông "
        "người, ở phố cổ",
        "forest": "trong rừng, trong rừng, ở rừng, giữa rừng, trong khu rừng, qua rừng, giữa rừng cây, dưới tán cây, "
        "trong rừng sâu, trong rừng thông, giữa những hàng cây, trong rừng rậm, qua rừng cây, trong rừng tre, trong "
        "rừng trúc, trong rừng cây, dưới hàng cây, trong rừng xanh, qua khu rừng",
        "stage": "trên sân khấu, trên sân khấu, ở sân khấu, trong nhà hát, trong buổi hòa nhạc, dưới ánh đèn sân "
        "khấu, trước khán giả, trong buổi biểu diễn, trên sân khấu lớn, trong rạp hát, dưới ánh đèn màu, trên sàn "
        "diễn, trước đám đông khán giả, giữa sân khấu",
        "room": "trong phòng, trong phòng, trong nhà, ở nhà, trong căn phòng, trong phòng khách, trong phòng ngủ, "
        "trong bếp, trong phòng tập, trong phòng gym, trong văn phòng, trong lớp học, trong căn hộ, trong một căn "
        "phòng, trong ngôi nhà, trong căn nhà, trong phòng học, ở phòng khách, ở trong phòng, trong phòng trống, "
        "trong nhà bếp",
    },
)
PLACE_NOUNS = says(
    "place",
    {
        "sea": "biển, biển khơi, đại dương, sóng biển, biển cả", "water": "hồ, mặt nước, sông, hồ nước, mặt hồ",
        "beach": "bãi biển, cát, bờ biển, bãi cát", "mountain": "núi, đỉnh núi, đồi, núi non, ngọn núi",
        "snow": "tuyết, tuyết rơi, mùa đông, trời tuyết", "city": "thành phố, phố, đường phố, đô thị, phố xá",
        "forest": "rừng, khu rừng, rừng cây", "stage": "sân khấu, nhà hát, buổi diễn",
        "room": "phòng, căn phòng, phòng khách, trong nhà, nhà, phòng ngủ",
    },
)  # fmt: skip
TIMES = says(
    "time",
    {
        "day": "ban ngày, giữa trưa, buổi trưa, vào ban ngày, dưới nắng, trời nắng, lúc trưa, dưới ánh mặt trời, "
        "giữa ban ngày, vào buổi trưa, dưới trời nắng, trong nắng, dưới trời xanh",
        "day sunset": "buổi sáng, vào buổi sáng, sáng sớm, buổi chiều, vào buổi chiều",
        "sunset": "lúc hoàng hôn, hoàng hôn, lúc bình minh, khi mặt trời lặn, chiều tà, lúc chiều tà, vào lúc hoàng "
        "hôn, khi hoàng hôn, lúc mặt trời lặn, khi mặt trời mọc, lúc mặt trời mọc, buổi hoàng hôn, dưới ánh hoàng "
        "hôn, bình minh, vào lúc bình minh, trong ánh chiều, khi chiều xuống, trong hoàng hôn",
        "sunset night": "buổi tối, vào buổi tối, khi trời tối",
        "night": "ban đêm, vào ban đêm, lúc nửa đêm, đêm, trong đêm, buổi đêm, dưới ánh trăng, dưới trời sao, giữa "
        "đêm, đêm khuya, vào đêm, dưới trăng, lúc đêm khuya, trong đêm tối, dưới bầu trời sao, trong đêm trăng, đêm "
        "trăng",
    },
)
PLACES_AT_TIMES = (
    *says(
        "place",
        {
            "city": "giữa phố đêm, trên phố đêm, trong thành phố về đêm, phố đêm, thành phố về đêm",
            "sea": "trên biển đêm, ngoài biển đêm, giữa biển đêm, biển đêm",
            "forest": "trong rừng đêm, giữa rừng đêm",
            "snow": "trong đêm tuyết, giữa đêm tuyết, đêm tuyết, đêm mùa đông",
            "beach": "trên bãi biển đêm, trên bãi biển về đêm",
        },
        time="night",
    ),
    *says(
        "place",
        {
            "sea": "trên biển chiều, trên biển hoàng hôn",
            "beach": "trên bãi biển hoàng hôn, trên bãi biển chiều tà",
            "city": "trên phố chiều",
        },
        time="sunset",
    ),
)
"""Place and time in one."""

ACTIONS = says(
    "action",
    {
        "walk": "đi bộ, đi bộ, đi, đi dạo, bước đi, dạo bước, tản bộ, dạo chơi, đi tới, đi lại, rảo bước, thả bộ",
        "run": "chạy, chạy, chạy bộ, chạy nhanh, chạy bon bon, phóng chạy",
        "dance": "nhảy múa, nhảy múa, múa, múa, khiêu vũ, múa hát, múa ba lê, uốn éo, nhảy đầm, nhảy hip hop, múa "
        "lượn, quẩy",
        "dance jump": "nhảy, nhảy, nhảy",
        "jump": "nhảy lên, nhảy cao, bật nhảy, nhảy lò cò, nhảy nhót, nhún nhảy, nhảy dây, nhảy cẫng lên",
        "wave": "vẫy tay, vẫy tay, vẫy chào, vẫy tay chào, chào, chào tạm biệt, giơ tay chào, vẫy tay tạm biệt",
        "clap": "vỗ tay, vỗ tay, vỗ tay tán thưởng",
        "sign": "ra dấu, ra hiệu, dùng ngôn ngữ ký hiệu, nói bằng tay, ngôn ngữ ký hiệu, làm ký hiệu, dùng thủ ngữ",
        "squat": "ngồi xổm, squat, tập squat, đứng lên ngồi xuống, tập thể dục, khuỵu gối, tập gym",
        "kick": "đá, đá bóng, đá chân, tung cước, đá cao, tập võ, đấm đá, đánh võ, đá cầu, múa võ",
        "turn": "xoay, xoay người, quay, xoay tròn, quay vòng, quay người, xoay vòng vòng, xoay vòng",
        "sit": "ngồi, ngồi, ngồi xuống, ngồi nghỉ, ngồi chơi",
        "bow": "cúi chào, cúi đầu, cúi người, cúi chào khán giả, cúi mình",
        "idle": "đứng, đứng yên, đứng im, tạo dáng, chờ đợi, đứng chờ, đứng nhìn, mỉm cười",
    },
)
STARTS = split(
    "video, một video, hình ảnh, cảnh, video về, tạo video, cho tôi xem, tôi muốn thấy, hãy vẽ, có, đây là, clip, "
    "làm video, tạo cho tôi, vẽ, làm cho tôi một video, cho mình xem, hãy tạo, quay cảnh, tạo ảnh, đoạn phim, phim, "
    "mình muốn, tôi muốn"
)
ENDINGS = split("nhé, nha, giúp tôi, đi nào, cảm ơn, đẹp, chất lượng cao, thật đẹp, ạ, với, rõ nét, toàn thân")
ON_THE_FEET = split("giày, dép, đôi giày, đôi bốt, tất")
OTHER_THINGS = split(
    "giày, dép, đôi giày, đôi bốt, kính, kính râm, túi, ba lô, găng tay, khăn, khăn quàng cổ, ô, dù, cà vạt, tất, "
    "râu, mắt, môi, đàn, hoa, thắt lưng, vòng cổ, bông tai, bóng bay, xe, chó, điện thoại"
)
