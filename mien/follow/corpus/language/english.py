"""The English words for everything that a scene can show."""

from __future__ import annotations

from mien.follow.corpus.language.phrases import colours, says, split

PEOPLE = "woman man child"

SUBJECTS = says(
    "kind",
    {
        "woman": "woman, woman, woman, lady, young woman, female, old woman, elderly woman, mother, mum, mom, "
        "grandma, grandmother, granny, bride, princess, queen, ballerina, actress, waitress, businesswoman, gal, "
        "female dancer, female singer, nun, young lady, middle-aged woman, asian woman, vietnamese woman, beautiful "
        "woman, wife, sister",
        "man": "man, man, man, guy, dude, gentleman, male, old man, elderly man, young man, father, dad, grandpa, "
        "grandfather, groom, king, prince, businessman, fellow, bloke, male dancer, waiter, fisherman, monk, "
        "middle-aged man, asian man, vietnamese man, handsome man, husband, brother, sportsman, policeman",
        "child": "child, child, kid, toddler, little girl, little boy, small child, little kid, young child, young "
        "girl, small boy, small girl, schoolboy, schoolgirl, little child, baby, infant",
        "woman child": "girl, girl, teenage girl",
        "man child": "boy, boy, teenage boy, lad",
        PEOPLE: "person, human, someone, somebody, dancer, singer, performer, teenager, student, athlete, teacher, "
        "doctor, farmer, tourist, individual, surfer, actor, runner, ballet dancer, musician, worker, artist",
        "robot": "robot, robot, robot, android, droid, bot, humanoid robot, metal robot, machine, cyborg, humanoid",
        "panda": "panda, panda, panda bear, giant panda, cute panda",
        "bear": "bear, bear, brown bear, grizzly, grizzly bear, teddy bear, big bear",
    },
)
HAIRED_SUBJECTS = (
    *says("hair_colour", {"blond": "blonde, blonde girl", "red": "redhead", "brown": "brunette"}, kind="woman"),
    *says("hair_colour", {"red": "redhead", "blond": "blond"}, kind="man"),
)
NAMELESS = split("figure, character, one")
"""Subjects that claim nothing."""

BUILDS = says(
    "build",
    {
        "slim": "slim, thin, skinny, slender, lean, slightly built, lanky",
        "broad": "fat, chubby, plump, big, stocky, muscular, strong, heavy, overweight, large, broad-shouldered, "
        "burly, sturdy, big strong, bulky, beefy, well-built, round",
    },
)
BUILD_NOUNS = says(
    "build",
    {
        "slim": "a slim build, a thin body, a slender figure",
        "average": "an average build, a normal build, a medium build",
        "broad": "a broad build, broad shoulders, a big belly, a stocky build",
    },
)
SKINS = says(
    "skin",
    {
        "light": "pale, fair-skinned, light-skinned, white-skinned, pale-skinned, caucasian",
        "tan": "tanned, olive-skinned, tan",
        "tan brown": "sun-tanned, suntanned, bronzed",
        "brown": "brown-skinned",
        "brown dark": "dark-skinned, african, african american, black, dark skinned",
    },
)
SKIN_NOUNS = says(
    "skin",
    {
        "light": "pale skin, fair skin, light skin, white skin, a pale complexion",
        "tan": "tanned skin, olive skin, tan skin, a tan",
        "brown": "brown skin",
        "brown dark": "dark skin, black skin, a dark complexion",
    },
)
CLOTHES_COLOURS = colours(
    {
        "red": "red, red, red, scarlet, cherry red",
        "red dark": "dark red, deep red, crimson, maroon, burgundy, wine red, ruby",
        "red bright": "bright red, vivid red, fire-engine red",
        "orange": "orange, orange, orange, tangerine, pumpkin",
        "orange bright": "bright orange, neon orange, vivid orange",
        "yellow": "yellow, yellow, yellow, golden, gold, mustard, mustard yellow",
        "yellow light": "light yellow, pale yellow, lemon, pastel yellow",
        "yellow bright": "bright yellow, neon yellow, vivid yellow, sunny yellow",
        "green": "green, green, green, emerald, grass green",
        "green dark": "dark green, deep green, forest green, olive, olive green, bottle green, army green",
        "green light": "light green, pale green, mint, mint green, pastel green",
        "green bright": "bright green, neon green, lime, lime green, vivid green",
        "blue": "blue, blue, blue, cobalt, denim blue",
        "blue dark": "dark blue, navy, navy blue, deep blue, midnight blue",
        "blue bright": "bright blue, royal blue, electric blue, vivid blue",
        "light_blue": "light blue, sky blue, baby blue, pale blue, pastel blue, powder blue, light-blue, cyan, azure",
        "light_blue green plain dark light bright": "turquoise, teal, aqua",
        "purple": "purple, purple, violet, plum",
        "purple dark": "dark purple, deep purple, aubergine",
        "purple light": "light purple, lilac, lavender, pale purple, mauve",
        "pink": "pink, pink, pink, rose, salmon",
        "pink light": "light pink, pale pink, baby pink, pastel pink",
        "pink bright": "bright pink, hot pink, neon pink, magenta, fuchsia",
        "brown": "brown, brown, brown, chestnut",
        "brown dark": "dark brown, chocolate, chocolate brown, coffee brown",
        "brown light": "light brown, tan, camel, caramel",
        "brown white plain dark light": "beige, khaki, sand-coloured",
        "black": "black, black, black, jet black, pitch black",
        "white": "white, white, white, snow white, cream, ivory, off-white",
        "grey": "grey, gray, grey, gray",
        "grey dark": "dark grey, dark gray, charcoal, slate grey",
        "grey light": "light grey, light gray, silver, pale grey, silvery",
    }
)
HAIR_COLOURS = colours(
    {
        "black": "black, black, raven, jet black, dark",
        "brown": "brown, brown, brunette, chestnut, auburn-brown, hazel",
        "brown dark": "dark brown, deep brown",
        "brown light": "light brown",
        "blond": "blond, blonde, blonde, golden, fair, yellow",
        "blond light": "platinum, platinum blond, platinum blonde, light blond, pale blond",
        "blond dark": "dark blond, dark blonde, dirty blond, honey blond",
        "red": "red, ginger, auburn, copper, orange",
        "grey": "grey, gray, salt-and-pepper",
        "white": "white, snow-white",
        "grey white": "silver, silvery",
    },
    "hair_colour",
)
HAIR_STYLES = says(
    "hair_style",
    {
        "short": "short, cropped, short-cut, cut short, buzzed",
        "bob": "bobbed, chin-length, bob-cut",
        "long": "long, long, long straight, long flowing, waist-length, flowing",
        "curly": "curly, curly, wavy, frizzy, curled, short curly",
    },
)
HAIR_SHAPES = says(
    "hair_style",
    {
        "bob": "a bob, a bob haircut, a bob cut",
        "ponytail": "a ponytail, a ponytail, a pony tail, pigtails",
        "bun": "a bun, a bun, a chignon, a topknot, a high bun",
        "curly": "curls, an afro, ringlets",
        "short": "a crew cut, a short haircut, a pixie cut, a buzz cut",
    },
)
"""Nouns; the colour can stand before them or before "hair in …"."""

BALD = says("hair_style", {"bald": "bald, bald, bald-headed, hairless"})
BALD_NOUNS = says("hair_style", {"bald": "no hair, a bald head, a shaved head"})
HAIRED = (
    *says("hair_style", {"long": "long-haired", "short": "short-haired", "curly": "curly-haired"}),
    *says(
        "hair_colour",
        {"blond": "blonde, blond, blond-haired, fair-haired", "red": "red-haired, ginger, redheaded, redhead",
         "black": "black-haired, dark-haired, raven-haired",
         "brown": "brown-haired, brunette", "grey": "grey-haired, gray-haired", "white": "white-haired"},
    ),
)  # fmt: skip

TOPS = says(
    "top",
    {
        "t_shirt": "t-shirt, t-shirt, t shirt, tee, tee shirt, tshirt, tank top, short-sleeved shirt, polo shirt, "
        "jersey, polo, crop top, sleeveless top, singlet, vest",
        "shirt": "shirt, shirt, shirt, blouse, button-up, button-down shirt, long-sleeved shirt, dress shirt, "
        "collared shirt, flannel, flannel shirt, long sleeve shirt",
        "shirt coat": "sweater, jumper, hoodie, sweatshirt, cardigan, pullover, knit sweater",
        "t_shirt shirt": "top",
        "coat": "coat, coat, jacket, jacket, overcoat, raincoat, parka, blazer, trench coat, leather jacket, winter "
        "coat, puffer jacket, denim jacket, long coat, anorak, windbreaker, lab coat, suit jacket",
        "dress": "dress, dress, dress, gown, sundress, frock, long dress, summer dress, evening gown, evening dress, "
        "ball gown, long gown, wedding dress, maxi dress, mini dress, short dress, party dress",
        "ao_dai": "ao dai, ao dai, áo dài, vietnamese dress, traditional vietnamese dress, vietnamese ao dai, "
        "traditional ao dai, vietnamese tunic",
    },
)
SUITS = says("top", {"coat": "suit, business suit, tuxedo"}, bottom="trousers")
BOTTOMS = says(
    "bottom",
    {
        "trousers": "trousers, pants, trousers, pants, jeans, slacks, leggings, joggers, sweatpants, chinos, long "
        "pants, baggy jeans, baggy pants, wide trousers, cargo pants, skinny jeans, suit trousers, tracksuit bottoms",
        "shorts": "shorts, shorts, short pants, swim trunks, gym shorts, running shorts, bermuda shorts, swimming "
        "shorts",
        "skirt": "a skirt, a skirt, a miniskirt, a mini skirt, a long skirt, a short skirt, a pleated skirt, a tutu",
    },
)
PATTERNS = says(
    "top_pattern",
    {
        "plain": "plain, solid, unpatterned, one-coloured",
        "stripes": "striped, striped, stripy, pinstriped, stripey",
        "dots": "polka dot, polka-dot, dotted, spotted, polka-dotted, polka dotted, spotty",
        "checks": "checkered, plaid, checked, tartan, gingham, chequered, checkerboard",
    },
)
PATTERN_NOUNS = says(
    "top_pattern",
    {"stripes": "stripes, stripes, lines", "dots": "dots, polka dots, spots", "checks": "checks, squares"},
)
HATS = says(
    "hat",
    {
        "cap": "cap, cap, baseball cap, flat cap, sports cap, peaked cap, backwards cap",
        "hat": "hat, hat, hat, wide-brimmed hat, sun hat, cowboy hat, fedora, brimmed hat, sunhat, wide hat, panama "
        "hat",
        "beanie": "beanie, beanie, woolly hat, knit cap, knitted hat, winter hat, bobble hat, wool hat, wool cap, "
        "toque, knit hat, warm hat",
        "non_la": "non la, nón lá, conical hat, conical hat, vietnamese hat, vietnamese conical hat, leaf hat, palm "
        "leaf hat, bamboo hat, pointed straw hat, rice hat",
        "hat non_la": "straw hat",
    },
)
PLACES = says(
    "place",
    {
        "sea": "at sea, on the sea, on the ocean, in the ocean, out at sea, on the open sea, on the waves, in the "
        "sea, in the middle of the ocean, over the sea, on top of the waves, in the middle of the sea, on the open "
        "ocean, out on the ocean, surrounded by waves, on ocean waves, above the waves, on the high seas, far out at "
        "sea",
        "sea beach": "by the sea, by the ocean, near the sea, in front of the sea, in front of the ocean, next to "
        "the sea",
        "water": "on water, on the water, on a lake, on the lake, by the lake, on a calm lake, on the surface of a "
        "lake, on the water surface, at a lake, on a pond, on a river, by a lake, on the surface of the water, in a "
        "lake, at the lakeside, on still water, near a lake, above the water, on calm water, by the river, in the "
        "water",
        "beach": "on the beach, on a beach, at the beach, on the sand, on sand, on a sandy beach, on the shore, at "
        "the seaside, along the beach, along the shore, on the seashore, on a tropical beach, at the shore, on the "
        "coast, by the shore, on white sand, on the sands",
        "mountain": "on a mountain, on the mountain, in the mountains, on a mountain top, on top of a mountain, on a "
        "hill, on the peak of a mountain, on a peak, on a summit, on a hilltop, on a mountaintop, on the mountain "
        "top, with mountains behind, in front of mountains, in front of a mountain, on a cliff, up in the mountains, "
        "at the top of a mountain, on a rock, on the summit of a mountain, in the hills, in a mountain landscape, in "
        "the alps",
        "mountain snow": "on a snowy mountain, in the snowy mountains, on a snow-covered mountain",
        "snow": "in the snow, on snow, in snow, in a snowy landscape, on a snowy field, in a blizzard, in the "
        "falling snow, in a snowstorm, while it snows, through the snow, on the snow, in winter, on a winter day, in "
        "a winter landscape, in a field of snow, in deep snow, with snow all around, in snowy weather",
        "city": "in the city, in a city, in town, on the street, in the street, on a city street, downtown, on a "
        "road, between skyscrapers, in front of buildings, in a big city, on the sidewalk, in an alley, in a town, "
        "with skyscrapers behind, in a street, on a busy street, on an urban street, in new york, on the pavement, "
        "in times square, in tokyo, in hanoi, in saigon, in the town centre, among tall buildings, in paris, in "
        "london",
        "forest": "in a forest, in the forest, in the woods, among trees, in the jungle, in a jungle, between the "
        "trees, through the forest, among the trees, in a wood, in a pine forest, under the trees, in a rainforest, "
        "surrounded by trees, deep in the forest, through the woods, in green woods, in a bamboo forest, in nature",
        "stage": "on stage, on a stage, on the stage, in a theatre, in a theater, at a concert, in a show, in the "
        "spotlight, under stage lights, in front of an audience, in front of a crowd, in a concert hall, under "
        "spotlights, on a theatre stage, in front of a curtain, at the opera",
        "room": "in a room, in the room, indoors, inside, in a living room, in the living room, in a house, at home, "
        "in an apartment, in the bedroom, in a bedroom, in the kitchen, in an office, inside a house, in a studio, "
        "in a bright room, in a gym, in the gym, in a classroom, in a flat, in a hotel room, in an empty room, in "
        "the office",
    },
)
PLACE_NOUNS = says(
    "place",
    {
        "sea": "sea, ocean, open sea, waves", "water": "lake, water, river, pond, lakeside",
        "beach": "beach, sand, shore, seaside, sandy beach, coast, seashore",
        "mountain": "mountain, mountains, hill, peak, mountain top", "snow": "snow, winter, snowy landscape, snowfall",
        "city": "city, street, town, skyscrapers, city street, urban street, downtown",
        "forest": "forest, woods, jungle, trees, wood", "stage": "stage, theatre, concert, theater, spotlight",
        "room": "room, living room, indoors, house, bedroom, apartment, kitchen, office, gym",
    },
)  # fmt: skip
PLACES_AT_TIMES = (
    *says(
        "place",
        {
            "snow": "on a snowy night, in the snowy night, on a winter night, snowy night, winter night",
            "city": "in the city lights, in the neon lights of the city, on a dark street, "
            "in the city that never sleeps, city nights, dark street",
            "forest": "in a dark forest, in a moonlit forest, dark forest",
            "water": "on a moonlit lake, moonlit lake",
            "beach": "on a moonlit beach, moonlit beach",
        },
        time="night",
    ),
    *says(
        "place",
        {"snow": "on a snowy day, on a snowy morning, snowy day", "beach": "on a sunny beach, sunny beach"},
        time="day",
    ),
    *says(
        "place",
        {
            "beach": "beach sunset, on a beach at sunset, in a beach sunset",
            "sea": "ocean sunset, on the sea at sunset",
            "mountain": "mountain sunset",
        },
        time="sunset",
    ),
)
"""Place and time in one."""

TIMES = says(
    "time",
    {
        "day": "in daylight, by day, during the day, at noon, on a sunny day, in the sunshine, at midday, in bright "
        "sunlight, in the daytime, in the afternoon, under a blue sky, in the sun, on a bright day",
        "day sunset": "in the morning, early in the morning",
        "sunset": "at sunset, at sunset, at dusk, at sunrise, at dawn, at golden hour, as the sun goes down, while "
        "the sun sets, in the sunset, at twilight, in the evening sun, as the sun sets, as the sun rises",
        "sunset night": "in the evening",
        "night": "at night, at night, at midnight, by night, under the stars, in moonlight, in the moonlight, under "
        "the moon, late at night, in the dark, at nighttime, on a starry night, under a starry sky, during the "
        "night, under the moonlight, by moonlight",
    },
)
TIME_NOUNS = says(
    "time",
    {"day": "day, daytime, noon, sunny, sunny day, daylight, midday",
     "sunset": "sunset, dusk, dawn, sunrise, golden hour, twilight",
     "night": "night, nighttime, midnight, moonlight, starry night"},
)  # fmt: skip

ACTIONS = says(
    "action",
    {
        "walk": "walk walks walking, stroll strolls strolling, wander wanders wandering, go goes going for a walk, "
        "take takes taking a walk, march marches marching, hike hikes hiking, strut struts strutting",
        "run": "run runs running, jog jogs jogging, sprint sprints sprinting, race races racing, rush rushes rushing",
        "dance": "dance dances dancing, dance dances dancing, do does doing a dance, do does doing ballet, perform "
        "performs performing a dance, groove grooves grooving, sway sways swaying, boogie boogies boogieing, dance "
        "dances dancing happily, break-dance break-dances break-dancing, party parties partying",
        "jump": "jump jumps jumping, hop hops hopping, leap leaps leaping, bounce bounces bouncing, skip skips "
        "skipping, jump jumps jumping up and down, jump jumps jumping for joy",
        "wave": "wave waves waving, wave waves waving hello, say says saying hello, greet greets greeting, wave "
        "waves waving goodbye, wave waves waving at us, say says saying hi, wave waves waving one hand",
        "clap": "clap claps clapping, applaud applauds applauding, clap claps clapping hands",
        "sign": "sign signs signing, use uses using sign language, do does doing sign language, gesture gestures "
        "gesturing, speak speaks speaking sign language, talk talks talking with the hands, use uses using asl",
        "squat": "squat squats squatting, do does doing squats, crouch crouches crouching, exercise exercises "
        "exercising, work works working out, train trains training",
        "kick": "kick kicks kicking, kick kicks kicking a ball, play plays playing football, play plays playing "
        "soccer, do does doing karate, do does doing kung fu, do does doing kung fu kicks, do does doing martial "
        "arts, do does doing high kicks, fight fights fighting",
        "turn": "turn turns turning, spin spins spinning, turn turns turning around, rotate rotates rotating, twirl "
        "twirls twirling, whirl whirls whirling, spin spins spinning around, pirouette pirouettes pirouetting",
        "sit": "sit sits sitting, sit sits sitting down, rest rests resting, relax relaxes relaxing, be is seated",
        "bow": "bow bows bowing, take takes taking a bow, bow bows bowing to the audience, bow bows bowing deeply",
        "idle": "stand stands standing, stand stands standing still, pose poses posing, wait waits waiting, do does "
        "doing nothing, look looks looking at us, be is standing, smile smiles smiling",
    },
)
"""Base, third person and participle of the verb, then the rest."""

STARTS = split(
    "a video of, a clip of, a picture of, an image of, a photo of, make a video of, show me, i want, i want to see, "
    "create, generate, please make, there is, this is, imagine, give me, draw, render, film of, footage of, animate, "
    "a scene with, i would like to see, can you make, make, we see, a short video of, hd video of, video of"
)
ENDINGS = split("please, thanks, in 4k, cinematic, high quality, full body, hd, photorealistic, in slow motion, 4k")
OTHER_THINGS = split(
    "shoes, boots, sneakers, sandals, glasses, sunglasses, a bag, a backpack, gloves, a scarf, an umbrella, a tie, "
    "socks, a beard, eyes, lips, a guitar, a flower, a belt, a necklace, earrings, a balloon, a car behind, a dog, a "
    "bicycle, a phone"
)
"""What no scene can show: said in trainings only, as words that are not known."""
