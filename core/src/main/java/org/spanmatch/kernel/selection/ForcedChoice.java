package org.spanmatch.kernel.selection;

/** The choice of a forced backend: the first kernel for every problem. */
record ForcedChoice(String reason) implements AutomaticKernel.Choice {
  @Override
  public int kernelFor(int xNeurons, int yNeurons, long samples) {
    return 0;
  }

  @Override
  public void handed(int kernel, int xNeurons, int yNeurons, long samples) {}

  @Override
  public boolean isForced() {
    return true;
  }
}
