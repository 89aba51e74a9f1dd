"""All words and phrases that are read, besides verbs: parts, directions, counts, degrees, links, negation, fillers."""

from __future__ import annotations

from functools import lru_cache

_TABLE: dict[str, str] = {
    # parts of the head
    "part:head": "head, heads, noggin, skull, noddle, bonce",
    "part:face": "face, faces, visage",
    "part:chin": "chin, chins",
    "part:nose": "nose, noses, snout",
    "part:neck": "neck",
    "part:forehead": "forehead, brow line",
    "part:eyes": "eyes, eye, gaze, glances of eyes, pupils, irises, peepers, eyeballs, line of sight, sight",
    "part:lids": "eyelids, eyelid, lids, lid",
    "part:lashes": "eyelashes, lashes, eyelash",
    "part:brows": "eyebrows, eyebrow, brows, brow, eye brows, eye brow",
    "part:mouth": "mouth, mouths, gob",
    "part:jaw": "jaw, jaws, lower jaw",
    "part:lips": "lips, lip, upper lip, lower lip, bottom lip",
    "part:corners": "corners of mouth, corner of mouth, mouth corners, corners of lips, lip corners, mouths corners, "
                    "corners",
    "part:cheeks": "cheeks, cheek",
    "part:tongue": "tongue, tongues",
    "part:teeth": "teeth, pearly whites",
    "part:body": "body, torso, upper body",
    "part:shoulders": "shoulders, shoulder",
    "part:ear": "ear, ears",
    # directions: the person's own left and right
    "dir:left": "left, leftward, leftwards, lefthand, left hand, port side",
    "dir:right": "right, rightward, rightwards, righthand, right hand",
    "dir:up": "up, upward, upwards, ceiling, sky, heaven, heavens, skyward, skywards, heavenward, stars, above, "
              "aloft, overhead, roof, clouds, moon",
    "dir:down": "down, downward, downwards, floor, ground, feet, toes, shoes, below, lap, chest, breast, desk, "
                "carpet, beneath, knees, earth, earthward, to table",
    "dir:forward": "forward, forwards, nearer, frontward, frontwards, toward camera, towards camera, towards me, "
                   "toward me, towards us, toward us, close to camera, closer, to front, toward viewer, "
                   "towards viewer, into camera, nearer to camera",
    "dir:back": "back, backward, backwards, rearward, rearwards, away from camera, away from me, away from us, "
                "further away, farther away",
    "dir:center": "straight ahead, ahead, center, centre, middle, at camera, into lens, lens, to camera, at viewer, "
                  "at me, at us, at you, front, back to middle, back to center, back to centre, back to front, "
                  "back to start, back to neutral, back to normal, back at camera, back at me, back at us, neutral, "
                  "back to camera, back again, forward again, forwards again, camera again, camera, viewer, "
                  "audience, back to rest, resting position, starting position, back in place, back to where it was, "
                  "screen, straight at camera, straight into camera, straight at me, right at me, right at camera, "
                  "where it was, original position, initial position, as before, to normal",
    "dir:straight": "straight",
    "dir:side": "to side, to one side, sideways, sidewards, sideway, aside, to a side, one side, over shoulder, "
                "behind",
    "dir:sides": "side to side, from side to side, to both sides, from one side to other, from one side to another, "
                 "back and forth, this way and that, hither and thither, to and fro",
    "dir:sweep": "left to right, from left to right",
    "dir:sweep_back": "right to left, from right to left",
    "ended": "disappears, disappear, vanishes, vanish, fades, fades away, fade away, dies away, goes away, is gone",
    "dir:pair": "left and right, left and then right, left then right, first left then right",
    "dir:pair_back": "right and left, right and then left, right then left",
    "dir:nodding": "up and down, down and up, up then down, down then up",
    "dir:around": "around, about, all over place, all around, everywhere, here and there, round",
    "dir:away": "away",
    "dir:other": "other, other side, other way, opposite, opposite side, opposite way, opposite direction, "
                 "other direction, other one, opposite one",
    "dir:out": "out, outward, outwards, forth",
    "dir:together": "together",
    "dir:apart": "apart",
    "dir:full": "full of air, full, with air",
    "dir:open": "agape, ajar",
    # how often, how strongly, how fast
    "count:1": "once, one time, a single time, just once, only once, single",
    "count:2": "twice, two times, double, a couple of times, couple of times, a couple, couple, couple of, "
               "a pair of, pair of, pair",
    "count:3": "thrice, three times, triple, a few times, few times, a few, several times, several, repeatedly, "
               "many times, some times, multiple times, multiple, over and over, over and over again, "
               "again and again, time and again, numerous times, keeps on, a number of times, a bunch of times, "
               "various times",
    "strength:slight": "slightly, slight, a bit, a little bit, bit, little bit, little, a little, tiny, teeny, "
                       "teensy, tiny bit, tiniest, barely, barely visible, barely noticeable, hardly, gently, "
                       "gentle, softly, soft, small, smaller, smallest, minimal, minimally, subtle, subtly, faint, "
                       "faintly, mild, mildly, somewhat, wee, weak, weakly, light, lightly, a touch, touch of, "
                       "a tad, tad, a hint of, hint of, a trace of, scarcely, delicate, delicately, a smidge, "
                       "smidge, half, partly, partially, hint, mini, minute, modest, modestly, a fraction, "
                       "ever so slightly, shy of, halfway, just enough to notice, a smidgen, a wee bit, an inch, "
                       "a notch, less, imperceptibly, imperceptible, almost imperceptibly, almost imperceptible",
    "strength:strong": "strongly, strong, big, biggest, bigger, wide, widely, wider, broad, broadly, deep, deeply, "
                       "deeper, a lot, lots, huge, hugely, far, farther, further, hard, harder, firmly, firm, fully, "
                       "completely, very much, much, vigorously, vigorous, vehemently, violently, violent, "
                       "intensely, intense, heavily, heavy, greatly, great, large, largest, enormous, enormously, "
                       "massive, massively, exaggerated, exaggeratedly, dramatic, dramatically, energetic, "
                       "energetically, enthusiastic, enthusiastically, emphatic, emphatically, eager, eagerly, "
                       "extreme, extra, maximum, maximally, max, all way, as far as possible, as much as possible, "
                       "from ear to ear, ear to ear, powerful, powerfully, forceful, forcefully, profound, "
                       "profoundly, giant, gigantic, full on, to fullest, for all to see, fierce, fiercely, wildly, "
                       "toothy, tremendous, ginormous, as wide as, as far as, as high as, as deep as, as deeply as, "
                       "as hard as, as big as, as much as, as low as, as strongly as, as widely as, as broadly as, "
                       "tight, tightly, sharp, pronounced, clearly, clear, distinct, distinctly, proper, thoroughly, "
                       "steep, steeply, broader, louder, greater, fuller",
    "strength:strong dir:back": "way back",
    "strength:strong dir:forward": "way forward",
    "strength:strong dir:up": "way up",
    "strength:strong dir:down": "way down",
    "strength:strong dir:left": "way left, way to left, way over to left",
    "strength:strong dir:right": "way right, way to right, way over to right",
    "instead": "instead",
    "level:high": "high, highly, higher",
    "level:low": "low, lower down",
    "speed:slow": "slowly, slow, gradually, gradual, unhurriedly, unhurried, leisurely, lazily, lazy, "
                  "in slow motion, slow motion, slow mo, without hurry, without haste, at a slow pace, carefully, "
                  "sluggishly, sluggish, unrushed, bit by bit, little by little, steadily, calmly and slowly, "
                  "taking time, takes time, take time, patiently, in no hurry, ponderously, languidly, lingering, "
                  "lingeringly, long, prolonged, drawn out, slower, smoothly, deliberately",
    "speed:fast": "quickly, quick, fast, rapidly, rapid, suddenly, sudden, swiftly, swift, abruptly, abrupt, "
                  "briskly, brisk, hastily, hasty, in a flash, in a hurry, speedily, speedy, sharply, hurriedly, "
                  "hurried, as fast as, as quickly as, as quick as, at high speed, like lightning, snappy, snappily, "
                  "jerkily, quicker, faster, in a rush, all of a sudden, brief, briefly, instantly, promptly, "
                  "in a blink",
    "intensifier": "rly, rlly, v, hella, super duper, very, really, so, too, extremely, super, quite, pretty, "
                   "rather, truly, incredibly, awfully, "
                   "terribly, ultra, particularly, especially, only just, ever so, that, overly, insanely, real, mega",
    # what joins the parts of a text
    "link:seq": "then, and then, next, afterwards, afterward, after that, after this, after which, thereafter, "
                "later, subsequently, followed by, followed with, followed up by, finally, lastly, at last, at end, "
                "in end, eventually, ultimately, and last, ends with, end with, ending with, ends by, ending in, "
                "end by, end on, ends on, ending on, finishes with, finish with, finish by, finishes by, "
                "finishing with, finishing by, concludes with, conclude with, concluding with, closing with, "
                "capped by, rounded off with, rounds it off with, to finish, to finish off, to end, to conclude, "
                "to close, secondly, thirdly, second, third, fourthly, a moment later, a second later, "
                "moments later, seconds later, a bit later, a little later, shortly after, soon after, "
                "right after that, straight after, immediately after that, immediately afterwards, thereupon, "
                "whereupon, then after a moment, after a moment, after a second, after a while, after a pause, "
                "after a beat, turns into, turn into, turning into, turned into, changes to, changes into, "
                "change to, changing into, changing to, becomes, becoming, fades into, fading into, switches to, "
                "switch to, moves on to, passes into, morphs into, gives way to, leads into, leads to, "
                "before finally, before she finally, before he finally, just then, that done, once done, when done, "
                "having done that, having done so, and after that, and afterwards, only then, from there, later on, "
                "in a next step, thence, after it, now, immediately, at which point, by then, and now, and finally, "
                "one last, last but not least, to top it off, to cap it off, melts into, dissolves into",
    "link:sim": "at same time as, simultaneously with, while, whilst, whilst also, during, all while, together with, "
                "along with, as well as, accompanied by, combined with, in combination with, coupled with, "
                "paired with, with, wth, w, wearing, plus, concurrent with, alongside, in time with, amid, whereby, "
                "and with it, along, as part of, keeping",
    "together": "simultaneously, at same time, in same moment, at same moment, meanwhile, concurrently, in unison, "
                "in sync, in parallel, in one go, at once, all at once, in tandem, whole time, entire time, "
                "throughout, in one motion, in one movement, at one time, together at once, in meantime, "
                "all the while, all along, at same time as that",
    "link:as": "as, when, whenever, just as, even as, right as, as soon",
    "link:and": "and, also, too, n, nd, an also, and also, besides, in addition, additionally, on top of that, "
                "additionally to, moreover, furthermore, likewise, even, by",
    "link:but": "but, yet, though, although, however, except that, except",
    "link:or": "or, either, or else, and or",
    "nor": "nor, and neither",
    "only": "just, only, merely, simply",
    "appears": "appear, appears, appearing, emerge, "
               "emerges, form, forms, forming, spread, spreads, spreading, crosses, "
               "crossing, flickers, flicker, dawns, creep in, creep across, creep onto, creep up, play on, plays on, "
               "plays across, plays about, steals across, breaks out, breaks over, come over, pass over, settle on, "
               "flits across, tugs at, fades in, fading in, takes over, sweeps over",
    "link:before": "before, prior to, ahead of, previous to",
    "link:until": "until, till, til, up until, up to when, to point where, to point of",
    "link:after": "after, once having, after having, following, upon, on finishing, as soon as, once, "
                  "directly after, having, immediately after, since, no sooner than, after first, at end of, "
                  "towards end of",
    "first": "first, firstly, first of all, to begin, to begin with, to start, to start with, at first, "
             "in first place, starts with, start with, starting with, begins with, begin with, beginning with, "
             "starts by, start by, starting by, begins by, begin by, beginning by, initially, starts off with, "
             "starts off by, start off by, start off with, opens with, beforehand, kick off with, step one, "
             "number one",
    "not": "not, dont, doesnt, didnt, wont, cant, isnt, arent, do not, without, never, never mind, nevermind, no, "
           "instead of, rather than, in place of, in lieu of, avoid, avoids, avoiding, stop, stops, stopping, quit, "
           "quits, refrain from, refrains from, anything but, skip, skips, forget, leave out, leave off, drop it, "
           "minus, neither, w o, wo, cannot, no more, stop it with, cease, ceases, forgo, lose, omit, suppress, "
           "suppresses, hold back, holding back, resist, less of, spare me, free of, devoid of, sans, except for, "
           "fails to, refuses to, refuse to, has no, by no means, unable to, shouldnt, should not, must not, mustnt, "
           "aint, nothing of, no longer, ditch, nix, lay off, hide, hides, hiding, stifle, stifles, stifling, "
           "fight back, fights back, bite back",
    "again": "again, once more, one more time, once again, another time, repeat, repeats, repeating, does it again, "
             "do it again, repeat that, repeats that, repeat it, repeats it, do that again, does that again, "
             "same again, a second time, do so again, does so again, repeated, anew, doing it again, and repeat, "
             "as before again, one more, another",
    "same": "same, do same, does same, doing same, likewise to, ditto, same thing, same thing again, do likewise, "
            "does likewise, also do that, it too",
    "one": "one, ones, one instead",
    "correction": "no wait, wait no, i mean, scratch that, sorry, actually no, or rather, make that, correction, "
                  "oops, no sorry, no i mean, i meant, no actually, hang on, strike that, no make that",
    "like": "as if, as though, like she, like he, like they, like someone, just like, so that, in order to, "
            "so as to, because, as in, like a, like an, for fear, such that, to show, to signal, to indicate, "
            "to express, to signify, to let me know, to say hello, so she, so he, so they, like when",
    "person": "she, he, it, they, i, we, woman, man, person, girl, boy, lady, guy, someone, somebody, character, "
              "avatar, figure, gentleman, people, model, actor, actress, fellow, bloke, chap, dude, kid, child, "
              "subject, robot, speaker, mum, dad, women, men, anyone, everyone, one person, grandma, grandpa, queen, "
              "king, teacher, listener, human, puppet, patient, pt, student, pupil, nurse, doctor, client, user, "
              "player, host, narrator, "
              "presenter, singer, hero, heroine, baby, children, toddler, mother, father, mom, mommy, mummy, daddy, "
              "brother, sister, husband, wife, boss, agent, npc, alien, protagonist, son, daughter, uncle, aunt, "
              "professor, pirate, clown, captain, officer, waiter, customer, neighbour, neighbor",
    "shown:smile": "happy, happily, happiness, cheerful, cheerfully, joyful, joyfully, joy, glad, gladly, delighted, "
                   "pleased, merrily, merry, amused, amusement, content, delight, cheery, jolly, friendly, amusedly, "
                   "joyous, joyously, overjoyed, blissfully, warmly, warm, kindly, kind, thrilled, amiably",
    "shown:frown": "sad, sadly, sadness, unhappy, unhappily, angry, angrily, anger, mad, furious, furiously, cross, "
                   "annoyed, annoyance, upset, grumpy, grumpily, gloomy, gloomily, sorrow, sorrowful, miserable, "
                   "miserably, grief, rage, enraged, irritated, crossly, displeased, displeasure, moody, sullen, "
                   "disappointed, disappointment, disapproving, disapprovingly, disapproval, disapprove of, stern, "
                   "sternly, bitterly, mournful, mournfully, worried, worriedly, worry, anxious, anxiously, "
                   "concerned, concern, confused, confusion, hurt, pain, depressed, offended, hostile, suspicious, "
                   "suspiciously, resentful, bitter, heartbroken",
    "shown:raise_brows": "surprised, surprise, astonished, astonishment, amazed, amazement, shocked, shock, "
            "startled, stunned, baffled, bewildered, wonder, scared, afraid, fear, fearful, fearfully, frightened, "
            "terrified, disbelief, incredulous, incredulously, sceptical, skeptical, sceptically, skeptically, "
            "sceptic, curious, curiously, curiosity, in awe, awe, puzzled, questioningly, quizzical, quizzically, "
            "astounded, horrified, panic",
    "shown:wrinkle_nose": "disgusted, disgust, revolted, repulsed, disgustedly, grossed, contempt, distaste",
    "shown:nothing": "calm, calmly, serious, seriously, expressionless, emotionless, deadpan, blank, blankly, "
                     "straight face, poker face, relaxed, neutral face, neutral expression",
    "determiner": "a, an",
    "drop": "i like, i would like, would like, id like, both, over, along, through, still, near, more, the, "
            "her, his, their, its, my, your, our, this, these, those, him, them, me, us, you, please, pls, plz, "
            "can, could, would, will, want, wants, id, lets, to, of, on, at, onto, into, toward, towards, "
            "from, for, be, is, are, was, were, been, being, am, has, had, in the, like, well, uhm, um, uh, erm, er, "
            "hmm, hm, oh, ok, okay, hey, yes, yeah, yep, all, need, needs, should, must, shall, may, might, give, "
            "gives, giving, given, make, makes, making, made, do, does, doing, did, have, having a, take, takes, "
            "taking, get, gets, getting, got, let, perform, performs, performing, offer, offers, offering, try, "
            "tries, trying, begin, begins, beginning, began, start, starts, starting, started, continue, continues, "
            "continuing, keep, keeps, kept, keep on, proceed, proceeds, proceed to, proceeding, go ahead, "
            "goes ahead, going, gonna, wanna, there, here, there is, theres, some, any, each, every, own, who, "
            "which, what, where, whose, kindly please, maybe, perhaps, almost, nearly, about to, right now, "
            "right away, all right, alright, then again, quickly now, now please, please now, expression, "
            "expressions, movement, movements, motion, motions, gesture, gestures, action, actions, animation, "
            "video, clip, picture, on face, in face, across face, under nose, over face, through nose, across lips, "
            "using head, using eyes, of eyebrows below, out of mouth, out of her mouth, from mouth, on forehead, "
            "times, time, way, direction, side, sides, position, place, if, possible, she can, he can, "
            "you can, they can, it can, it goes, it will go, it can go, can go, as she can, possibly, as you can, "
            "as possible, good, nice, nicely, lovely, beautiful, beautifully, pretty please, sweet, sweetly, cute, "
            "cutely, little man, old, young, tall, short, other hand, why dont you, cant you, wont you, couldnt you, "
            "wouldnt you, dont forget to, do not forget to, remember to, be sure to, make sure to, make sure, "
            "cant help but, cant help, cannot help but, dont stop, do not stop, not only, not just, not merely, "
            "but also, how about, what about, shows us, give me, give us, let me see, let go, lets go, lets it go, "
            "let it go, thanks, thank you, ta, cheers, mate, soldier, buddy, everybody, so to speak, kind of, "
            "sort of, kinda, sorta, bit of, lot of, piece of, kind, in agreement, in approval, in disagreement, "
            "in response, in reply, in greeting, in return, in turn, obviously, visibly, noticeably, perceptibly, "
            "naturally, normally, quietly, silently, secretly, alone, entire, whole, bring about, do a, does a, "
            "for real, someone else, room, window, door, wall, horizon, distance, something, nothing else, anything, "
            "else, thing, things, such, upon which, seem, seems, feel, feels, feeling, seemingly, act, acts, acting, "
            "appear, appears, appearing, become happy, sound, much as, lens please, action please, suppose, imagine, "
            "generate, create, animate, render, display, depict, portray, use, using, ask, tell, told, asked, "
            "slowly please, hi, hello, dear, friend, guys, sir, madam, miss, say, says, saying, said, "
            "quickly please, put on, puts on, putting on, wear, wears, flash, flashes, crack, cracks, cracking, "
            "break into, breaks into, breaking into, broke into, burst into, bursts into, let out, lets out, "
            "letting out, heave, heaves, heaving, sport, sports, sporting, throws in, throw in, adds, add, adding, "
            "insert, includes, include, mix in, give off, finish, her eyes on, fixed, remains, stays, staying, stay, "
            "remaining, kept still, keep still, than, it, that she, she is, he is, it is, they are, enough, "
            "now and then, whichever, either way, forward to, off, in disbelief, in despair, with disbelief, "
            "in amazement, hands, hand, arm, arms, teh, hte, yuor, yoru, hre, hsi, adn, ur, yer, em, out loud, "
            "remain, lol, lmao, rofl, omg, btw, tbh, imo, idk, thx, asap, xd, plss, plzz, bc, cuz, cos, coz, cmon, "
            "u, ya, "
            "today, loudly, aloud, shyly, shy, politely, polite, courteous, courteously, proudly, proud, "
            "respectfully, nervously, nervous, playfully, playful, cheekily, cheeky, see, hear, hearing, news, "
            "watch, line, lines, greet, greets, greeting, welcome, last, corner, at nose",
    "in": "in",
    "nothing": "hold it, holds it, hold that, holds that, hold still, holds still, stay still, stays still, "
               "keep it there, hold, holding, holds position, hold position, stays like that, stay like that, pause, "
               "pauses, pausing, wait, waits, waiting, rest, rests, relax, relaxes, relaxing, return, returns, "
               "returning, returned, comes back, come back, coming back, came back, goes back, go back, going back, "
               "swings back, turns back, turn back, looks back, look back, moves back to, go neutral, do nothing, "
               "does nothing, do nothing else, straightens up, straighten up, straightens, straighten, be still, "
               "for a moment, for a second, for a while, for a bit, for a sec, for a beat, a moment, a beat, "
               "a short pause, short pause, a pause, tiny pause, little pause, brief pause, recover, recovers, "
               "keeps still, settle back, settle, ease back, drift back, spring back, snap back, relax back, "
               "fall back, "
               "reset, resets, release, releases, keeps face still, keep calm, back to looking at camera, "
               "put it back, puts it back, let it rest, drop smile, "
               "drop grin, wipe grin, wipe smile, lose smile, lose grin, drop frown, wipe frown, drop scowl",
}  # fmt: skip
"""Meaning → its words and phrases, separated by commas. Determiners and possessives may stand between the words."""

_VERB_PHRASES: dict[str, str] = {
    "nod": "say yes, nod yes, nod head, signal yes, yes with head, affirmative, give ok, bob head, head bob, "
           "head nod, nod along, nod away, dip head up and down, gesture yes, indicate yes, mean yes, "
           "thumbs up with head, head bang, head banging, headbang, headbangs, headbanging, bang head",
    "shake": "say no, shake head, shake no, headshake, headshakes, head shake, signal no, head no, no no, say nope, "
             "gesture no, indicate no, mean no, shake head no",
    "bow": "take a bow, bury chin in chest",
    "blink": "eye blink, bat lids, wink both eyes, wink with both eyes, both eyes wink",
    "smile": "say cheese, show teeth, bare teeth, flash teeth, happy face, smiley, smiley face, look on bright side, "
             "turn frown upside down, crack up, all smiles, smiling face, laughter",
    "frown": "long face, sad face, angry face, face fall, face falls, evil look, dirty look, knit brows, stink eye, "
             "look daggers, evil eye, unhappy face, mad face, cross face, death stare, turn down corners of mouth",
    "brighten": "light up, face light up, eyes light up, brighten up",
    "grimace": "make a face, pull a face, make faces, pull faces, makes a funny face, funny face, silly face",
    "purse": "kissy, kissy face, kissy lips, smoochy, duck face, ducky face, duckface, blow a kiss, blow kiss, "
             "blows kisses, kiss air, air kiss, "
             "fish face, kissing face, trout pout, kiss mouth, duck lips, push out lips, kiss lips, kissing mouth, "
             "form a kiss, pucker up, smackers, round lips, round mouth, fish mouth, fish lips",
    "puff": "chipmunk cheeks, chipmunk face, blowfish, puffer fish, hold breath, full cheeks, puffed cheeks, "
            "hamster cheeks, fat cheeks, hold air",
    "raise_brows": "surprised face, shocked face, look of surprise, eyebrow raise, brow raise, eyebrow flash, "
                   "eyebrow lift, puppy eyes, bug eyes, wide eyed, goggle",
    "wrinkle_nose": "disgusted face, smell something bad, stink face, bunny nose, yucky face, turn up nose, "
                    "turn nose up",
    "open_mouth": "say ah, say aah, say aaah, catch flies, perfect o, big o, an o, o shape, o shaped, round o, "
                  "letter o, shape of an o",
    "close_eyes": "nod off, fall asleep, go to sleep, goes to sleep, shut eye, pretend to sleep",
    "double_take": "double take, doubletake, double takes, second look, doubletakes, look twice",
    "glance_about": "look around, look about, glance around, glance about, scan room, scan surroundings, "
                    "look everywhere, peer around, peer about, gaze around, gaze about, survey room, "
                    "look all around, have a look around, check surroundings, glance round, look round, search room, "
                    "shifty eyes, look this way and that, eyes wander, look all over place, take in surroundings, "
                    "scan area, look from side to side, survey surroundings, let eyes wander, search with eyes",
    "sigh": "let out a breath, breathe out, blow out air, deep breath out, sighs of relief, huff",
    "gasp": "catch breath, sharp intake of breath, sharp breath in, draw breath sharply, suck in breath, "
            "intake of breath, sharp breath, quick breath, sudden breath, breathe in sharply",
}  # fmt: skip

_PARTIAL: dict[str, str] = {
    # a verb with a part or a direction
    "unable:shrug": "shrug shoulders, raise shoulders, lift shoulders, hunch shoulders, shoulder shrug",
    "unable:gesture": "thumbs up, thumb up, thumbs down, thumb down, give thumbs up, give thumbs down, peace sign, "
                      "high five, fist bump, finger guns, point finger, raise hand, raise fist, cross arms, fold arms, "
                      "hands up, wave hand, middle finger, ok sign, clap hands",
    "verb:roll part:eyes": "eye roll, eyeroll, roll of eyes, eye rolls",
    "part:head verb:tilt": "head tilt, head tilts",
    "part:head verb:turn": "head turn, head turns",
    "verb:look dir:side": "side eye, side glance, sidelong glance, sideways glance, look sidelong",
    "verb:stick part:tongue": "tongue out",
    "verb:look dir:center": "make eye contact, eye contact",
    "part:jaw verb:open_mouth": "jaw drop",
    "part:mouth verb:open_mouth": "mouth fall open",
    "dir:up again": "back up",
    "dir:down again": "back down",
    "verb:lower part:jaw": "drop jaw",
    "part:chin dir:down": "chin to chest, chin on chest, chin into chest, chin tucked, chin in",
    "part:chin dir:up": "nose in air, chin held high, head held high, look down nose",
    "part:eyes dir:wide": "wide eyes, eyes wide open, eyes wide, wide open eyes",
    "part:lips dir:apart": "lips parted, parted lips",
    "part:mouth dir:open strength:strong": "mouth wide open, wide open mouth, open wide, opens wide, opening wide",
    "verb:lean dir:forward": "move closer, come closer, comes closer, step closer, get closer, gets closer, "
            "come near, lean in, lean closer, move nearer, approach, approaches, approaching, comes nearer",
    "verb:lean dir:back": "sit back, sits back, pull away, shrink back, draw away, back away, backs away, "
            "backing away, backs off, back off, move away",
}  # fmt: skip


@lru_cache(maxsize=1)
def vocabulary() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Words of each phrase → what it says: tags such as `("part:eyes",)`; the verbs are `("verb:NAME",)`."""
    verbs = {f"verb:{verb}": phrases for verb, phrases in _VERB_PHRASES.items()}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for tags, phrases in {**_TABLE, **_PARTIAL, **verbs}.items():
        for phrase in phrases.split(","):
            if phrase.strip():
                found.setdefault(tuple(phrase.split()), tuple(tags.split()))
    return found
