"""Common English words that are a slip of the fingers away from a known word, and are meant as they are typed."""

from __future__ import annotations

_OTHERS = """
    africa aground america angel angels animated backyard backyards barn beads beard beards beast beasts bee been bees
    bench blanket blaze bleach blowing board boats bones boon boot bottom bounding bowling bowls breach bread breast
    bridle bronze brows bushy butt canes capes chain chair chairs cheek cheeks cheese chess chest chick chicken china
    chopper chute clamping clamps clipping clothe cloud clouds clown clowns coach collated completion concerto cones
    couch crane crash creamy created cremate crow crown crowns crows desert dessert domes doves dozing dream dreams
    drown duress even exercised fairy fares farther fates feather feathers figured fired flair flights float forks fully
    gales gall ghost girly given giver goat goats grape grapes grave gravy grooming grown guard guards guitar hairy
    hammer handy hates heady heard heart hearth hearts heaving homer hoop hoot horse horses hostel humane imagined inn
    insider ladder lamp lamps lantern larger later latex lathe latte leafy learn leash lens liked liken linens lion
    lions maker maple matching maxim mental moose moron mourning mouse mouth names news ninja notes nurse nurses officer
    officers overt paints palace parish parity partly paste peach peaches pearl pearls peony persona phony photon pinky
    pirate pirates placed placid plane planes planet plant plants plate pleas pleased plumb plume plumes polio possess
    posting pound powdery power psalm puppy purse racers racking raises reed relating rouse rugby ruins runes rungs
    sailor salon salty santa satan scarf scarves scrolling seals seams sects seen shack shark sharks shave sheep sheet
    shell shells shield ship shipping ships shoes shown singe single sings sites skimming slack slaying sleep slime
    slimming slimy slinger slipping snack sneaking snipping snowball spear spines spitting spoon sport spouts springing
    squared staged stairs stares staying stays stinger stock stone stones stool stork storm stove strands straps strip
    study suite sweat sweated sweet sweets sword swords table tables tally tanking thief thing things think thorough
    three threes throne thunder tiger tigers timers toes torch touristy towel tower towers track trail trailing train
    trains trophy trout truck trunk turtle users vampire violent wagon waiving watery weaving whale whales wheel wheels
    whine whirring widen width wince wings witch witches wizard wizards wolf wondering woody wooed woolf worms
"""
OTHER_WORDS = frozenset(_OTHERS.split())
