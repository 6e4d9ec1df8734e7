package org.spanmatch.activations;

/** One pass over the samples of a layer, in order, a block at a time. */
public interface BlockReader extends AutoCloseable {
  /**
   * Reads the next block.
   *
   * @return the block, or null when all samples have been read; its buffer is valid until the next
   *     call
   * @throws ActivationsException if the data ends early, is damaged, or can't be read
   */
  Block next();

  /** Ends the pass and frees its resources; may be called at any time and more than once. */
  @Override
  void close();
}
