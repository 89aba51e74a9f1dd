"""Head models read from a user's own files: ICT-FaceKit, FLAME, GNM."""
