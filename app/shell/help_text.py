"""What F1 and About show."""

KEYBOARD_AND_MOUSE = """
<h3>Build</h3>
<table cellpadding="3">
<tr><td><b>Drag</b></td>
<td>a layer from the palette into the gap where it belongs; drag a card to move it; Esc cancels</td></tr>
<tr><td><b>Enter, double-click</b></td><td>in the palette: insert the layer after the selected card; after the input
  card it becomes the first one</td></tr>
<tr><td><b>↑ ↓, Home, End</b></td><td>select another card; with Shift several; Ctrl+A all</td></tr>
<tr><td><b>Alt+↑, Alt+↓</b></td><td>move the selected cards</td></tr>
<tr><td><b>Del, Ctrl+D</b></td><td>delete, duplicate; Ctrl+X, Ctrl+C, Ctrl+V cut, copy and paste</td></tr>
<tr><td><b>Ctrl+Z, Ctrl+Shift+Z</b></td><td>undo, redo</td></tr>
<tr><td><b>F8</b></td>
<td>go to the next problem; its card says what is wrong and often offers the remedy</td></tr>
<tr><td><b>Ctrl+F</b></td><td>search the palette</td></tr>
</table>
<h3>Train</h3>
<table cellpadding="3">
<tr><td><b>F5</b></td><td>train a new run from fresh weights; Ctrl+F5 trains the run that is shown further</td></tr>
<tr><td><b>F6, F7, Shift+F5</b></td><td>pause and resume, one batch, stop</td></tr>
<tr><td><b>Alt+←, Alt+→</b></td><td>go back to the previous run, and forward again; the last five are kept</td></tr>
<tr><td><b>Mouse wheel, drag</b></td>
<td>zoom the epochs (with Ctrl the values) and move a plot; “follow” shows everything again</td></tr>
</table>
<h3>Look inside</h3>
<table cellpadding="3">
<tr><td><b>Inspector</b></td>
<td>choose a sample, then a feature map: the pixels that made it fire appear beside the sample</td></tr>
</table>
<h3>Files</h3>
<table cellpadding="3">
<tr><td><b>Drop a file</b></td>
<td>anywhere: projects open, weights show in Models, a file or folder of data becomes the data of the project</td></tr>
<tr><td><b>Ctrl+N, O, S, Shift+S</b></td><td>new, open, save, save as; Ctrl+E exports the weights</td></tr>
<tr><td><b>F11</b></td><td>full screen</td></tr>
</table>
"""

ABOUT = """
<h3>TinyML Studio</h3>
<p>Build a neural network by dragging layers, watch it learn, and look inside it.<br>
Everything on screen is computed by <b>tinyml</b>, a NumPy framework that can be read in an afternoon.</p>
<p>MIT licence. No account, no network, no telemetry.</p>
"""
