"""How it looks: classes and colours, the handout. Reads snapshots, knows no HTTP."""
