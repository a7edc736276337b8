# what conf/ adds to the build
