"""The wall between land and settling, proved from the catalog: named questions, each answered with what is at fault."""
