# what adapters/ adds to the build
