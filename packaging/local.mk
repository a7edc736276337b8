# what packaging/ adds to the build
