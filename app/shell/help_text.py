"""The texts of “Keyboard and mouse” (F1) and of the About dialog."""

KEYBOARD_AND_MOUSE = """
<h3>Pages</h3>
<table cellpadding="3">
<tr><td><b>Ctrl+1 … Ctrl+5</b></td>
<td>Data, Build, Train, Inspect, Models; a dot on the rail says that something is happening there</td></tr>
<tr><td><b>Ctrl+B, Ctrl+Alt+B, Ctrl+J</b></td>
<td>fold the panel at the left, at the right, below; drag the line beside a panel to resize it, double-click it to fold
the panel</td></tr>
<tr><td><b>Drag a page off the rail</b></td>
<td>the page gets a window of its own, such as for a second screen; it comes back when its window is closed</td></tr>
</table>
<h3>Build</h3>
<table cellpadding="3">
<tr><td><b>Drag</b></td>
<td>drag a layer from the palette into a gap; drag a card to move it, with Alt to copy it; Esc cancels;
drag beside the cards, also inside a block, to select several; hold a drag over a folded block to open it</td></tr>
<tr><td><b>Middle button, Space+drag</b></td>
<td>move the canvas; Space alone selects the card with the focus</td></tr>
<tr><td><b>Enter, double-click</b></td>
<td>in the palette: insert the layer after the selected card</td></tr>
<tr><td><b>Any letter, Ctrl+Space</b></td>
<td>quick insert: type a layer and its settings, such as <i>conv 16 5x5</i>, <i>conv 6 window=5 same</i>,
<i>linear 10</i> or <i>dropout 50%</i>; Enter inserts it after the selected card, Tab inserts it and waits for the next,
Esc closes</td></tr>
<tr><td><b>↑ ↓, Home, End</b></td><td>select another card; with Shift: several cards; Ctrl+A: all cards (of the
block first); Esc: the block around the selected cards, then none</td></tr>
<tr><td><b>Alt+↑, Alt+↓</b></td><td>move the selected cards, also out of a block or into
an open one</td></tr>
<tr><td><b>F2</b></td><td>rename the selected layer on its card; Enter applies, Esc cancels</td></tr>
<tr><td><b>Right click, menu key</b></td>
<td>commands for the card, the gap or the bare canvas; point between two cards and press “+” to insert there</td></tr>
<tr><td><b>Del, Ctrl+D</b></td><td>delete, duplicate; Ctrl+X, Ctrl+C, Ctrl+V: cut, copy, paste</td></tr>
<tr><td><b>←, →, arrow on a card</b></td>
<td>fold and unfold a block such as Residual; go to its layers and back</td></tr>
<tr><td><b>Ctrl+G, Ctrl+Shift+G</b></td>
<td>wrap the selected layers in a Residual; unwrap the selected Residual</td></tr>
<tr><td><b>Ctrl+Z, Ctrl+Shift+Z</b></td><td>undo, redo</td></tr>
<tr><td><b>F8, Shift+F8</b></td>
<td>go to the next or previous problem; its card explains the problem and often has a button that fixes it. A yellow
sentence is a hint: fix what it names, or dismiss it (Network › Show dismissed hints brings it back)</td></tr>
<tr><td><b>Ctrl+J</b></td>
<td>the panel below the canvas: problems and hints (Enter applies the fix, Del dismisses a hint), the network as a
script (click a line, or press Enter in it, to select its layer), a summary of the network (Ctrl+C copies rows), and the
history of the edits (↑ ↓ go to a step)</td></tr>
<tr><td><b>Ctrl+F</b></td><td>search the palette</td></tr>
<tr><td><b>Ctrl+wheel, two fingers</b></td>
<td>zoom the canvas; also Ctrl++ and Ctrl+−; Ctrl+0: show the whole network; Ctrl+Alt+0: actual size (100 %)</td></tr>
</table>
<h3>Train</h3>
<table cellpadding="3">
<tr><td><b>F5</b></td><td>train a new run from fresh weights; Ctrl+F5: continue the shown run</td></tr>
<tr><td><b>F6, F7, Shift+F7, Shift+F5</b></td><td>pause and resume, train one batch, train until the end
of the epoch, stop</td></tr>
<tr><td><b>Alt+←, Alt+→</b></td><td>previous run, next run; the last five runs are kept</td></tr>
<tr><td><b>Mouse wheel, drag</b></td>
<td>zoom the epochs of a plot (with Ctrl: the values), move it; “follow” shows the whole run again</td></tr>
</table>
<h3>Inspect</h3>
<table cellpadding="3">
<tr><td><b>Click, arrow keys</b></td>
<td>choose a sample, a layer, a feature map, then a place in the map; the reconstruction shows the pixels that activate
it</td></tr>
<tr><td><b>Drop or paste an image</b></td>
<td>see what the network predicts for an image of your own; Ctrl+V pastes it anywhere but in a text field; Del removes
it from the strip</td></tr>
</table>
<h3>Files</h3>
<table cellpadding="3">
<tr><td><b>Drop a file</b></td>
<td>on the window: a project opens, weights appear in Models, a file or folder of data becomes the data;
an image appears in Inspect; one project, one file of weights and one of data can be dropped at once</td></tr>
<tr><td><b>Ctrl+N, O, S, Shift+S</b></td><td>new (with templates), open, save, save as; Ctrl+E: export the
trained network</td></tr>
<tr><td><b>F11</b></td><td>full screen</td></tr>
</table>
"""

ABOUT = """
<h3>TinyML Studio</h3>
<p>Build a neural network by dragging layers, watch it learn, and look inside it.<br>
<b>tinyml</b>, a small NumPy framework, computes everything on screen. You can read its source in an afternoon.</p>
<p>MIT licence. No account, no network, no telemetry.</p>
"""
