// In tests the whole simulation is there from the start; what the page loads later is a matter of the page.
import '../src/sim/further.ts';
