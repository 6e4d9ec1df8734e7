package org.spanmatch.kernel.selection;

import org.spanmatch.kernel.ProjectionKernel;

/**
 * The choice by size: an accelerator computes the problems for which {@link ProjectionKernel#pays}
 * is true, and the other kernel all others.
 */
final class SizeChoice implements AutomaticKernel.Choice {
  private final ProjectionKernel accelerator;
  private final String reason;
  private int large;
  private int small;

  /**
   * Creates a choice between an accelerator, at position 0, and another kernel, at position 1.
   *
   * @param reason why these two were chosen, and what the other one computes
   */
  SizeChoice(ProjectionKernel accelerator, String reason) {
    this.accelerator = accelerator;
    this.reason = reason;
  }

  @Override
  public int kernelFor(int xNeurons, int yNeurons, long samples) {
    return accelerator.pays(xNeurons, yNeurons, samples) ? 0 : 1;
  }

  @Override
  public void handed(int kernel, int xNeurons, int yNeurons, long samples) {
    if (kernel == 0) {
      large++;
    } else {
      small++;
    }
  }

  @Override
  public String reason() {
    return reason + (large + small == 0 ? "" : ": " + small + " of " + (large + small));
  }
}
