package org.spanmatch.compare;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.similarity.Split;

/**
 * A question about a layer of two networks.
 *
 * @param <T> type of the answer
 */
public interface Question<T> {
  /**
   * Answers for one layer. May be called a second time, with a table of high precision.
   *
   * @param layer the layer's name
   * @param table the compressed layer; the caller closes it
   * @param steps measures the steps of the answer and receives their progress
   * @return the answer
   */
  T answer(String layer, ProjectionTable table, LayerComparison.Steps steps);

  /**
   * {@return whether this question looks at the Gram matrix before the table is made of it} If so,
   * {@link #lookingAt} is called once before each call of {@link #answer}.
   */
  default boolean looksAtGram() {
    return false;
  }

  /**
   * Looks at the inner products of the two layers, from which everything but distances is computed.
   * The matrix takes memory beside the table for as long as the question returned here refers to
   * it.
   *
   * @param added the two layers in the Gram matrix that the table is made of
   * @param steps measures the steps of the look and receives their progress
   * @return the question to ask of the table; by default this one
   */
  default Question<T> lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return this;
  }

  /**
   * Estimates, from above, the Java heap that {@link #lookingAt} takes, that of the Gram matrix
   * included. It is checked before the layers are added up, like what the table takes.
   *
   * @param x number of neurons of the first network
   * @param y number of neurons of the second network
   * @return bytes; by default 0, for what takes no more than the table
   */
  default long heapBytes(int x, int y) {
    return 0;
  }

  /**
   * {@return whether to answer for the layers with their means too, where they are compared about
   * their means and these are so large that they deserve a warning} If so, {@link #answer} is
   * called a second time, and {@link #besideUncentred} with both answers.
   */
  default boolean asksUncentred() {
    return false;
  }

  /**
   * Puts an answer for layers with their means beside one for layers about their means.
   *
   * @param centred the answer for layers about their means
   * @param uncentred the answer for the same layers as they are stored
   * @return the answer to give, by default the first
   */
  default T besideUncentred(T centred, T uncentred) {
    return centred;
  }

  /**
   * {@return whether {@link #lookingAt} asks for {@linkplain
   * org.spanmatch.gram.GramPair.NormProducts norm products}} Then they are added up with the
   * activations, which costs O(samples × neurons); a Gram matrix from elsewhere may lack them.
   */
  default boolean needsNormProducts() {
    return false;
  }

  /**
   * {@return whether {@link #lookingAt} asks for activations about their means} Then they are added
   * up with {@linkplain org.spanmatch.gram.GramOptions#shifted shifts}, which costs O(samples ×
   * neurons), and {@link #lookingAt} receives the Gram matrix with the shifts that it was added up
   * with; a Gram matrix from elsewhere may have none. What the table is made of does not depend on
   * this.
   */
  default boolean needsShifts() {
    return false;
  }

  /**
   * {@return how to divide the samples into parts, if this question looks at parts of them} Then
   * {@link #lookingAt} receives them as {@link LayerPair.OfGram#parts()}, from the same pass over
   * the activations; a Gram matrix from elsewhere has none to give. The question returned there
   * divides nothing more unless it says so again.
   */
  default Optional<Split> split() {
    return Optional.empty();
  }

  /** {@return the precision of the first attempt, unless the options fix it} */
  default Precision precision() {
    return Precision.STANDARD;
  }

  /**
   * {@return whether an answer of standard precision may be wrong, so that high precision is worth
   * its time}
   *
   * @param answer an answer of standard precision
   */
  boolean inDoubt(T answer);

  /**
   * {@return the better of two answers, by default the one of high precision}
   *
   * @param standard the answer of standard precision
   * @param precise the answer of high precision
   */
  default T better(T standard, T precise) {
    return precise;
  }

  /**
   * {@return whether any error bound exceeds {@link Precision#GRAM_FLOOR}, so that high precision
   * may help}
   *
   * @param bounds one error bound per neuron, null for a dead neuron
   */
  static boolean anyInDoubt(PerGroup<List<Double>> bounds) {
    return Stream.of(bounds.x(), bounds.y())
        .flatMap(List::stream)
        .anyMatch(bound -> bound != null && bound > Precision.GRAM_FLOOR);
  }
}
