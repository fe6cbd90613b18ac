EXTRA_DIST += %D%/ARCHITECTURE.md
EXTRA_DIST += %D%/recognition.md
