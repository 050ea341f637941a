#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Pages of `auditlog export` in a real browser: page.html (a session) and hostile.html."""
import sys
import browser

failed = count = 0
NOW = "document.querySelector('.row.now .what').textContent"
SCREEN = "document.querySelector('.ap-term').textContent"
COUNT = "document.querySelector('#count').textContent"


def test(name):
    def run(f):
        global failed, count
        count += 1
        try:
            f()
            print("ok %d - %s" % (count, name))
        except Exception as e:  # every one is a failed test
            failed += 1
            print("# " + repr(e).replace("\n", "\n# "))
            print("not ok %d - %s" % (count, name))
    return run


def row(text):
    """Its selector, once it is there."""
    b.until("[...document.querySelectorAll('.row')].some(r => r.textContent.includes(%r))" % text)
    return ".row[data-row='%s']" % b.js("[...document.querySelectorAll('.row')].find(r => "
                                        "r.textContent.includes(%r)).dataset.row" % text)


b = browser.Browser()
b.open("page.html")
b.until("document.querySelector('.ap-term') && true")


@test("events are listed")
def _():
    for text in ("make all", "marker: half way", "window 90x20", "exit 2", "pause of 20.0 s"):
        row(text)
    assert b.js("document.title") == b.js("document.querySelector('h1').textContent") == "a title"
    assert "ann@box" in b.js("document.querySelector('#facts').textContent")


@test("a command has its length and its status")
def _():
    at = row("make all")
    assert b.js("document.querySelector(%r).querySelector('.took').textContent" % at) == "2.00 s"
    assert b.js("document.querySelector(%r).querySelector('.status').textContent" % at) == "2"


@test("a click goes there")
def _():
    b.click(row("marker: half way"))
    b.until(SCREEN + ".includes('before the mark')")
    b.until(NOW + " === 'marker: half way'")
    assert "the end of it" not in b.js(SCREEN)
    assert b.js("location.hash") == "#t=4.000"


@test("and back")
def _():
    b.click(row("make all"))
    b.until("!%s.includes('before the mark')" % SCREEN)
    assert "prompt" in b.js(SCREEN)


@test("all of an event is shown, and put away")
def _():
    b.until("document.querySelector('#detail').textContent.includes('/home/ann/src')")
    b.key("Escape", "", 27)
    b.until("document.querySelector('#detail').hidden")


@test("the current event follows what is played")
def _():
    b.key(" ", " ", 32)
    b.until(NOW + " === 'marker: half way'")
    b.key(" ", " ", 32)


@test("keys: events before and after, choosing in the list")
def _():
    b.click(row("marker: half way"))
    b.key("n", "n")
    b.until(NOW + " === 'window 90x20'")
    b.key("p", "p")
    b.until(NOW + " === 'marker: half way'")
    b.js("document.querySelector('#list').focus()")
    b.key("End", "", 35)
    b.until("document.querySelector('.row.chosen .what').textContent === 'disconnected'")
    b.key("Enter", "\r", 13)
    b.until(SCREEN + ".includes('the end of it')")
    b.key("0", "0", 48)
    b.until("document.querySelector('.ap-time-elapsed').textContent === '00:00'")


@test("the filter, by words and by kinds")
def _():
    b.key("/", "/", 191)
    b.type("type:marker,size half")
    b.until(COUNT + ".startsWith('1 of ')")
    b.key("Escape", "", 27)
    b.until("!%s.includes(' of ')" % COUNT)
    b.click("#kinds button[data-kind=command]")
    b.until(COUNT + ".includes(' of ')")
    assert "make all" not in b.js("document.querySelector('#rows').textContent")
    b.click("#kinds button[data-kind=command]")


@test("dark and light, as the browser wants and by a click")
def _():
    colour = "getComputedStyle(document.body).backgroundColor"
    light = b.js(colour)
    b.look(True)
    b.until("%s !== %r" % (colour, light))
    b.click("#look")
    b.until("%s === %r" % (colour, light))


@test("nothing is fetched, nothing complains")
def _():
    assert [u for u in b.requests if not u.startswith(("file:", "data:", "blob:"))] == [], b.requests
    assert len([u for u in b.requests if u.startswith("file:")]) == 1, b.requests
    assert b.said == [], b.said


@test("the page may not fetch anything")
def _():
    assert b.js("fetch('http://127.0.0.1:9/').then(() => 'got it', () => 'no')") == "no"
    b.js("document.body.append(Object.assign(document.createElement('script'),"
         " {textContent: 'window.ran = 1'})); 0")
    assert b.js("window.ran") is None


@test("a hostile recording runs nothing and makes no elements")
def _():
    b.open("hostile.html")
    b.until("document.querySelector('.ap-term') && document.querySelector('.row') && true")
    row("session of </script>")
    b.click(row("marker: </script>"))
    b.until("!document.querySelector('#detail').hidden")
    b.key("End", "", 35)
    b.until("document.querySelector('.row.now') && true")
    assert b.js("document.querySelectorAll('img, iframe, object, link').length") == 0
    assert b.js("document.scripts.length") == 4
    assert b.js("window.pwned") is None
    b.until(SCREEN + ".includes('{{player}}')")
    assert "\u202e" not in b.js(SCREEN)
    assert b.dialogs == [] and b.said == [], (b.dialogs, b.said)
    assert len(b.requests) == 1, b.requests


@test("a recording without output has events only")
def _():
    b.open("silent.html")
    row("logged in as ann")
    assert "Nothing was put out" in b.js("document.querySelector('#player').textContent")
    b.click(row("logged in as ann"))
    assert b.said == [], b.said


b.close()
print("1..%d" % count)
sys.exit(1 if failed else 0)
