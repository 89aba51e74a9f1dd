"""English words that are a slip of the fingers away from a known word, and are meant as they are typed."""

from __future__ import annotations

_OTHERS = """
    abort africa aground america appear apply arises bands banks beads beards bearing bears believes bench blanks blend
    blind blink block blood blown board bonds bonus bother bowls boxes breach bread break bring broke browse buggy burst
    cameras candy canny cares caller chain chance changed changes charge cheap check chess chest china chopper chose
    chunk clean cleans clearly clears clone clothe collated combs completion compose consent contest context corner
    created creates cremate crops crossed crows curry deletes domes doves drown dropping drops duress eight engines
    expressions faces facet facing failing fairy farther fangs feather feats feature fifth figured figures filling fired
    fires flashed flint float flushes follow forests forth fully gales gains gates generates girly given giver gives
    globs goods grading grain grant grapes gravy grids growing halves haven header headers heads heady heard heaving
    hooks humane humans images imagined intro joint lacks later latex lathe latte learn learns leases lengths lights
    liked liken likes linens liner links lived lives locking loops looser loses lowers maker maple master mental models
    modes month moron mouse mouths narrows nearly newer noise noted numbers numer opens order others overt painter paint
    paints pairs paper parked parts party paste perms persona persons photon photos pictures pinky plaid plate pleas
    plumb plume plumes points polio ports posts pound power price printed purge purse quiet quote racing ragged raise
    reader remote removed retire rolls rouse rounds route rugby salon salty saved scale scope seams seeds sells seventh
    shack shade shadows shall shame shape shapes shard share shared shares shark sheep shells shift shoes shove shown
    sided sight sites sixth sizes slave slime slimy slope slopes slots smell solver spaces spare spell spike sport
    sports spouts squares stack stages stake stale stall stand stands stars start starts starve state states steer stems
    stick stock store stores storm story strand stray string study surprises sweat sweep sweet takes tally teams theirs
    theme these thing things think threes tiger timers times token trick tried turns violent waits wants watch water
    weaving weeks while whine widen width wince winch wires wisely wizards women world write writer
"""
OTHER_WORDS = frozenset(_OTHERS.split())
