# what gateway/ adds to the build
