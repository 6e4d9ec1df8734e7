package org.spanmatch.kernel.selection;

import org.spanmatch.kernel.ProjectionKernel;

/**
 * The choice by a rule of thumb: an accelerator computes the problems that it says repay its fixed
 * costs, and the processor all others.
 */
final class SizeChoice implements AutomaticKernel.Choice {
  private final ProjectionKernel accelerator;
  private final String reason;
  private int large;
  private int small;

  /**
   * The choice between an accelerator, whose position is 0, and another kernel.
   *
   * @param reason why those two, and what the other does
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
