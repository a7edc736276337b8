# what policy/ adds to the build
