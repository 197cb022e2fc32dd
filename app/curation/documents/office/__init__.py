"""What office files need before their text can be read: a guarded package, list numbers, slides, sheets, code pages."""
