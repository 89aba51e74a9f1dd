"""Head models read from files that the user provides: ICT-FaceKit, FLAME, GNM."""
