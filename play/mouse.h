/* SPDX-License-Identifier: ISC */
/* What a person does with the mouse, in cells of the window. */
#ifndef PLAY_MOUSE_H
#define PLAY_MOUSE_H

enum mouse_kind {
	MOUSE_PRESS,
	MOUSE_DRAG, /* moved while the button is down */
	MOUSE_RELEASE,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
	MOUSE_KINDS
};

struct mouse {
	enum mouse_kind kind;
	int row, col;
	int clicks; /* of a press: 1, 2 (double), 3; counted by the app */
};

#endif
