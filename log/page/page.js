/* SPDX-License-Identifier: ISC
 * The page of `auditlog export`: a player, and beside it what happened.  Everything that comes
 * out of the recording is put in place as text, never as markup.
 *
 * The data: title, file, facts [[key, name, text]], start (ms of 1970), length and real (us on
 * the page, and in the recording when pauses were made shorter), exit, state, leftOut, silent
 * (there is no output), kinds
 * {name: [sign, group, what it is]}, events in the order of the recording:
 *   t us on the page, r us in the recording when another, k kind, s text, d "label TAB value"
 *   lines, c which command or process, e: it ends, q: only a claim, x exit status, g signal,
 *   n us it took */
(() => {
'use strict';
const $ = id => document.getElementById(id);
const data = JSON.parse($('data').textContent);
const ROW = 30; /* height, as in page.css */
const FAR = 12; /* rows that are drawn above and below what is seen */
Object.assign(data.kinds, {
	typed: ['⌨', 'typed', 'what was typed'],
	idle: ['…', 'idle', 'pauses: nothing was put out or typed'],
});

const node = (tag, cls, text) => {
	const e = document.createElement(tag);
	if (cls)
		e.className = cls;
	if (text !== undefined)
		e.textContent = text;
	return e;
};

/* ---- times ---- */

const pad = n => String(n).padStart(2, '0');
const long = data.length >= 3600e6;

function elapsed(us) {
	const tenths = Math.floor(us / 1e5), s = Math.floor(tenths / 10);
	const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
	if (long)
		return h + ':' + pad(m) + ':' + pad(s % 60);
	return m + ':' + pad(s % 60) + '.' + tenths % 10;
}

function span(us) {
	const s = us / 1e6;
	if (s < 0.9995)
		return Math.round(us / 1e3) + ' ms';
	if (s < 59.95)
		return s.toFixed(s < 9.995 ? 2 : 1) + ' s';
	if (s < 3599.5)
		return Math.floor(Math.round(s) / 60) + ' min ' + Math.round(s) % 60 + ' s';
	return Math.floor(s / 3600) + ' h ' + Math.round(s / 60) % 60 + ' min';
}

const real = e => e.r === undefined ? e.t : e.r;
const wall = e => new Date(data.start + real(e) / 1e3);
const day = d => d.getFullYear() + '-' + pad(d.getMonth() + 1) + '-' + pad(d.getDate());
const time = d => pad(d.getHours()) + ':' + pad(d.getMinutes()) + ':' + pad(d.getSeconds());

/* ---- events ---- */

/* Beginning and end of a command become one row; an end without a beginning stays. */
function paired(events) {
	const open = new Map(), rows = [];
	for (const e of events) {
		const begin = e.e && open.get(e.c);
		if (begin) {
			begin.end = e;
			begin.x = e.x;
			begin.g = e.g;
			begin.n = e.n === undefined ? real(e) - real(begin) : e.n;
			open.delete(e.c);
			continue;
		}
		if (e.c && !e.e)
			open.set(e.c, e);
		rows.push(e);
	}
	return rows.map((e, i) => [e, i]).sort((a, b) => a[0].t - b[0].t || a[1] - b[1])
		.map(pair => pair[0]);
}

const events = paired(data.events);
const label = e => e.k === 'idle' ? 'pause of ' + span(e.n) : e.s;
for (const e of events)
	e.find = (label(e) + ' ' + e.k).toLowerCase();

const hidden = new Set();
let shown = events, chosen = -1, now = -1, follow = true, byClock = false;

/* words, -words, type:kind,kind */
function matcher(text) {
	const tests = text.toLowerCase().split(/\s+/).filter(w => w && w !== '-').map(word => {
		const not = word[0] === '-', w = not ? word.slice(1) : word;
		const types = w.startsWith('type:') && w.slice(5).split(',').filter(Boolean);
		const test = types ? e => !types.length || types.some(t => e.k.startsWith(t))
			: e => e.find.includes(w);
		return not ? e => !test(e) : test;
	});
	return e => !hidden.has(e.k) && tests.every(t => t(e));
}

function sift() {
	const keep = shown[chosen];
	shown = events.filter(matcher($('filter').value));
	chosen = shown.indexOf(keep);
	now = current(playing_us);
	$('count').textContent = (shown.length === events.length ? '' : shown.length + ' of ') +
		events.length + (events.length === 1 ? ' event' : ' events') +
		(data.leftOut ? ', ' + data.leftOut + ' more left out' : '');
	draw();
	if (follow)
		show(now);
}

/* The last row at or before a time; of several at the same time, the one that was chosen. */
function current(us) {
	const last = lastUntil(us), want = shown[chosen];
	return want && last >= 0 && want.t === shown[last].t ? chosen : last;
}

function lastUntil(us) {
	let low = 0, high = shown.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (shown[mid].t <= us)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

/* ---- the list ---- */

const list = $('list'), rows = $('rows');

function row(e, i) {
	const kind = data.kinds[e.k] || data.kinds.other;
	const group = typeof kind[1] === 'number' ? 'g' + kind[1] : kind[1];
	const r = node('div', 'row ' + group + (e.k === 'command' || e.k === 'process' ? ' code' : '') +
		(i === now ? ' now' : '') + (i === chosen ? ' chosen' : '') + (i > now ? ' next' : ''));
	r.id = 'row' + i;
	r.dataset.row = i;
	r.style.top = i * ROW + 'px';
	r.setAttribute('role', 'option');
	r.setAttribute('aria-selected', i === chosen);
	const t = node('time', '', byClock ? time(wall(e)) : elapsed(e.t));
	t.style.width = long || byClock ? '4.8em' : '4.4em';
	const sign = node('i', '', kind[0]);
	sign.title = e.k;
	const what = node('span', 'what', label(e));
	what.title = label(e) + (e.q ? '\n(a claim: any program may have printed the mark)' : '');
	if (e.q)
		what.append(node('span', 'far', ' (claim)'));
	r.append(t, sign, what);
	if (e.n !== undefined && e.k !== 'idle')
		r.append(node('span', 'took', span(e.n)));
	if (e.g !== undefined)
		r.append(node('span', 'status bad', 'signal ' + e.g));
	else if (e.x !== undefined)
		r.append(node('span', 'status' + (e.x ? ' bad' : ''), e.x ? e.x : '✓'));
	return r;
}

function draw() {
	const from = Math.max(0, Math.floor(list.scrollTop / ROW) - FAR);
	const to = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + FAR);
	const seen = [];
	for (let i = from; i < to; i++)
		seen.push(row(shown[i], i));
	rows.style.height = shown.length * ROW + 'px';
	rows.replaceChildren(...seen);
	if (!shown.length)
		rows.append(node('div', 'none', events.length ? 'No event is like this.'
			: 'There are no events in this recording.'));
	if (chosen >= 0)
		list.setAttribute('aria-activedescendant', 'row' + chosen);
	else
		list.removeAttribute('aria-activedescendant');
}

/* Brings a row into view, with some rows around it. */
function show(i) {
	const top = i * ROW, room = Math.min(3 * ROW, list.clientHeight / 3);
	if (i < 0)
		return;
	if (top < list.scrollTop + room)
		list.scrollTop = top - room;
	else if (top + ROW > list.scrollTop + list.clientHeight - room)
		list.scrollTop = top + ROW + room - list.clientHeight;
}

function choose(i) {
	if (!shown.length)
		return;
	chosen = Math.max(0, Math.min(shown.length - 1, i));
	show(chosen);
	draw();
}

function setFollow(on) {
	follow = on;
	$('follow').setAttribute('aria-pressed', on);
	if (on)
		show(now);
}

/* ---- one event ---- */

/* What every message has comes last. */
const AROUND = ['type', 'message', 'connection', 'requestId', 'requestType', 'phase', 'id'];

function members(text) {
	const all = [];
	for (const line of (text || '').split('\n')) {
		const tab = line.indexOf('\t');
		if (tab > 0)
			all.push([line.slice(0, tab), line.slice(tab + 1)]);
		else if (all.length && line)
			all[all.length - 1][1] += '\n' + line.slice(tab + 1);
	}
	return { own: all.filter(m => !AROUND.includes(m[0])), around: all.filter(m => AROUND.includes(m[0])) };
}

function detail(e) {
	const box = $('detail'), dl = box.querySelector('dl');
	box.hidden = !e;
	if (!e)
		return;
	box.querySelector('h2').textContent = label(e);
	dl.replaceChildren();
	const add = (name, value) => dl.append(node('dt', '', name), node('dd', '', value));
	if (!e.d) {
		add('at', elapsed(real(e)) + (data.start === undefined ? ''
			: ', ' + day(wall(e)) + ' ' + time(wall(e))));
		add('kind', (data.kinds[e.k] || ['', '', e.k])[2]);
	}
	const said = members(e.d), end = members(e.end && e.end.d);
	for (const [name, value] of said.own)
		add(name, value);
	for (const [name, value] of end.own)
		if (!said.own.some(m => m[0] === name && m[1] === value))
			add(said.own.some(m => m[0] === name) ? 'end: ' + name : name, value);
	for (const [name, value] of said.around)
		add(name, value);
	box.scrollTop = 0;
}

/* ---- the player ---- */

let player = null, playing_us = 0;

/* Characters that turn the direction of text draw nothing in a terminal; here they would. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

async function recording() {
	const packed = atob($('recording').textContent), bytes = new Uint8Array(packed.length);
	for (let i = 0; i < packed.length; i++)
		bytes[i] = packed.charCodeAt(i);
	$('recording').textContent = '';
	const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
	return (await new Response(plain).text()).replace(TURNS, '');
}

/* On the bar of the player, as long as they can be told apart. */
const MARKS_MAX = 300;

function marks() {
	const m = events.filter(e => e.k === 'marker'), c = events.filter(e => e.k === 'command');
	const all = m.length + c.length <= MARKS_MAX ? m.concat(c) : m.slice(0, MARKS_MAX);
	return all.sort((a, b) => a.t - b.t).map(e => [e.t / 1e6, label(e)]);
}

function start() {
	if (typeof DecompressionStream === 'undefined') {
		$('player').append(node('p', 'said', 'This browser is too old to unpack the ' +
			'recording; one of 2023 or later will do.'));
		return;
	}
	if (data.silent) {
		$('player').append(node('p', 'none', 'Nothing was put out in this recording.'));
		return;
	}
	player = AsciinemaPlayer.create({ data: recording }, $('player'), {
		fit: 'both', preload: true, theme: document.body.dataset.theme, idleTimeLimit: 1e9,
		poster: 'npt:' + Math.min(data.length / 2e6, 60),
		keystrokeOverlay: false, markers: marks(), startAt: Number((location.hash.match(/^#t=([\d.]+)$/) || [])[1]) || 0,
	});
}

/* Just behind the time of an event: what it put out is there. */
function go(e) {
	const at = e.t / 1e6 + 0.0005;
	playing_us = e.t;
	$('player').classList.add('visited');
	try {
		history.replaceState(null, '', '#t=' + (e.t / 1e6).toFixed(3));
	} catch (_) { /* some browsers forbid it in a file */ }
	if (player)
		player.seek(at);
	now = current(playing_us);
	setFollow(true);
	draw();
}

function mark() {
	const i = current(playing_us);
	if (i === now)
		return;
	now = i;
	if (follow)
		show(now);
	draw();
}

async function tick() {
	const t = player && await player.getCurrentTime();
	if (typeof t === 'number' && t > 0) {
		playing_us = t * 1e6 + 1e3;
		mark();
	}
}

/* ---- what a person does ---- */

function visit(i) {
	if (i < 0 || i >= shown.length)
		return;
	choose(i);
	detail(shown[i]);
	go(shown[i]);
}

rows.addEventListener('click', ev => {
	const r = ev.target.closest('.row');
	if (r)
		visit(Number(r.dataset.row));
});
list.addEventListener('scroll', draw, { passive: true });
list.addEventListener('wheel', () => setFollow(false), { passive: true });
list.addEventListener('touchmove', () => setFollow(false), { passive: true });
list.addEventListener('keydown', ev => {
	const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
	const at = chosen < 0 ? now : chosen;
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page,
		Home: 0, End: shown.length - 1 }[ev.key];
	if (ev.altKey || ev.ctrlKey || ev.metaKey)
		return;
	if (to !== undefined) {
		setFollow(false);
		choose(to);
		detail(shown[chosen]);
	} else if (ev.key === 'Enter') {
		visit(at);
	} else {
		return;
	}
	ev.preventDefault();
	ev.stopPropagation();
});
$('filter').addEventListener('input', sift);
$('filter').addEventListener('keydown', ev => {
	if (ev.key === 'Escape') {
		$('filter').value = '';
		sift();
		list.focus();
	} else if (ev.key === 'Enter' || ev.key === 'ArrowDown') {
		list.focus();
		choose(Math.max(0, chosen));
	} else {
		return;
	}
	ev.preventDefault();
	ev.stopPropagation();
});
$('follow').addEventListener('click', () => setFollow(!follow));
$('shut').addEventListener('click', () => detail(null));
$('about').addEventListener('click', () => $('help').showModal());
$('clock').addEventListener('click', () => {
	byClock = !byClock;
	$('clock').textContent = byClock ? 'clock' : 'elapsed';
	draw();
});

const keys = {
	'/': () => $('filter').focus(),
	'?': () => $('help').showModal(),
	n: () => visit(now + 1),
	/* well behind its beginning: back to that first */
	p: () => visit(shown[now] && shown[now].t < playing_us - 1.5e6 ? now : now - 1),
	Escape: () => detail(null),
};

/* Ours first; the rest is the player's, wherever the focus is. */
document.addEventListener('keydown', ev => {
	if (ev.altKey || ev.ctrlKey || ev.metaKey || ev.isComposing || $('help').open ||
		ev.target.closest('input'))
		return;
	if (keys[ev.key]) {
		keys[ev.key]();
		ev.preventDefault();
		ev.stopPropagation();
	} else if (player && !$('player').contains(ev.target) &&
		!(ev.target.closest('button') && (ev.key === ' ' || ev.key === 'Enter'))) {
		const to = $('player').querySelector('.ap-wrapper');
		if (to && ev.isTrusted && ev.key !== 'Tab') {
			const again = new KeyboardEvent('keydown', { key: ev.key, shiftKey: ev.shiftKey,
				bubbles: true, cancelable: true });
			if (!to.dispatchEvent(again))
				ev.preventDefault();
		}
	}
}, true);

/* ---- the frame ---- */

function look(dark) {
	document.documentElement.dataset.look = dark ? 'dark' : 'light';
}

function fact(key) {
	const f = data.facts.find(f => f[0] === key);
	return f ? f[2] : '';
}

function heading() {
	const facts = $('facts'), host = fact('host'), user = fact('user');
	const add = (text, cls) => text && facts.append(node('span', cls, text));
	document.title = data.title;
	$('title').textContent = data.title;
	add(user && host ? user + '@' + host : user || host);
	add(fact('address') && 'from ' + fact('address'));
	if (data.start !== undefined)
		add(day(new Date(data.start)) + ' ' + time(new Date(data.start)));
	add(span(data.real) + (data.real - data.length > 5e4 ? ' (' + span(data.length) + ' here)' : ''));
	if (data.exit !== undefined)
		add('exit ' + data.exit, data.exit ? 'bad' : 'good');
	add(data.state && 'recording ' + data.state, 'bad');
}

function about() {
	const add = (name, value) => value &&
		$('all').append(node('dt', '', name), node('dd', '', String(value)));
	add('File', data.file);
	for (const f of data.facts)
		add(f[1], f[0] === 'country' && f[2] === 'XX' ? '' : f[2]);
	add('Size', data.cols && data.cols + '×' + data.rows);
	add('Length', span(data.real));
	if (data.real - data.length > 5e4)
		add('On this page', span(data.length) + ': long pauses are shorter');
	add('Input', data.typed ? 'is in this page' : 'is not in this page');
	add('State', data.state);
}

function chips() {
	const counts = new Map();
	for (const e of events)
		counts.set(e.k, (counts.get(e.k) || 0) + 1);
	for (const k of Object.keys(data.kinds).filter(k => counts.has(k))) {
		const b = node('button', '', k);
		b.append(node('b', '', counts.get(k)));
		b.title = data.kinds[k][2] + '\n(with Shift: only these)';
		b.dataset.kind = k;
		b.setAttribute('aria-pressed', true);
		b.addEventListener('click', ev => {
			const others = [...counts.keys()].filter(x => x !== k);
			if (ev.shiftKey && others.every(x => hidden.has(x)))
				hidden.clear();
			else if (ev.shiftKey)
				others.forEach(x => hidden.add(x), hidden.delete(k));
			else if (!hidden.delete(k))
				hidden.add(k);
			for (const c of $('kinds').children)
				c.setAttribute('aria-pressed', !hidden.has(c.dataset.kind));
			sift();
		});
		$('kinds').append(b);
	}
}

const darkness = matchMedia('(prefers-color-scheme: dark)');
look(darkness.matches);
darkness.addEventListener('change', ev => look(ev.matches));
$('look').addEventListener('click', () => look(document.documentElement.dataset.look !== 'dark'));
$('clock').textContent = 'elapsed';
$('clock').hidden = data.start === undefined;
heading();
about();
chips();
start();
sift();
addEventListener('resize', draw);
setInterval(tick, 200);
})();
