package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.PairPlan.Group;
import org.spanmatch.compare.PairPlan.Member;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * Asks questions of pairs of layers, group by group.
 *
 * @param <T> the type of an answer
 */
final class PairAnswers<T> {
  /** Observes the work. */
  interface Observer {
    /** Called before pairs are added up together. */
    void adding(Group group);

    /** Called before a pair is compared, and not again where that is repeated. */
    void comparing(LayerPair pair);

    /** Called after a pair was compared. */
    void compared(LayerPair pair, LayerComparison.Steps steps);
  }

  private final ProjectionKernel kernel;
  private final LayerComparison.Options options;
  private final IntFunction<Question<T>> questions;
  private final FailedPairs failed;
  private final Observer observer;
  private final List<T> answers;
  private final BitSet begun = new BitSet(); // pairs, by number

  /**
   * Prepares to ask.
   *
   * @param pairs number of pairs
   * @param questions the question of a pair by its number
   * @param failed receives the pairs that can't be compared
   */
  PairAnswers(
      int pairs,
      ProjectionKernel kernel,
      LayerComparison.Options options,
      IntFunction<Question<T>> questions,
      FailedPairs failed,
      Observer observer) {
    this.answers = new ArrayList<>(Collections.nCopies(pairs, null));
    this.kernel = kernel;
    this.options = options;
    this.questions = questions;
    this.failed = failed;
    this.observer = observer;
  }

  /** The answers by the numbers of the pairs; null where there is none. */
  List<T> all() {
    return Collections.unmodifiableList(answers);
  }

  /** The answers that there are, in the order of the pairs. */
  List<T> found() {
    return found(answers);
  }

  /** Returns those of some answers that there are. */
  static <T> List<T> found(List<T> answers) {
    return answers.stream().filter(Objects::nonNull).toList();
  }

  /** Asks about the pairs of a group. */
  void ask(Group group) {
    if (!group.isSingle()) {
      observer.adding(group);
    }
    askTogether(group);
  }

  private void askTogether(Group group) {
    // What the Gram matrix of the others left no memory for is tried once more without it.
    askOnce(group).forEach(this::askTogether);
  }

  /** Asks about the pairs of a group, and returns those that it lacked memory for. */
  private List<Group> askOnce(Group group) {
    List<LayerPair> pairs;
    try {
      pairs = addedUp(group);
    } catch (NotEnoughMemoryException e) {
      return group.singles();
    } catch (ActivationsException e) {
      askWithoutDamaged(group, e);
      return List.of();
    }
    List<Group> again = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      int number = group.members().get(i).number();
      begin(number, pairs.get(i));
      try {
        ask(number, pairs.get(i));
      } catch (NotEnoughMemoryException e) {
        if (group.isSingle()) {
          failed.add(pairs.get(i), e);
        } else {
          again.add(group.singles().get(i));
        }
      }
    }
    return again;
  }

  private List<LayerPair> addedUp(Group group) {
    Question<T> question = questions.apply(group.members().get(0).number());
    try {
      return group.addedUp(kernel, options, question);
    } catch (OutOfMemoryError e) {
      group.layers().forEach(layer -> layer.makeRoom(Long.MAX_VALUE));
      throw NotEnoughMemoryException.of("", e);
    }
  }

  private void begin(int number, LayerPair pair) {
    if (!begun.get(number)) {
      begun.set(number);
      observer.comparing(pair);
    }
  }

  private void ask(int number, LayerPair pair) {
    try {
      LayerComparison comparison = new LayerComparison(pair, kernel, options);
      answers.set(number, comparison.answer(questions.apply(number)));
      observer.compared(pair, comparison.steps());
    } catch (ActivationsException | GramException e) {
      failed.add(pair, e);
    }
  }

  /** Finds the layers that can't be added up even alone, and asks about the other pairs. */
  private void askWithoutDamaged(Group group, ActivationsException cause) {
    List<Layer> damaged = new ArrayList<>();
    List<ActivationsException> causes = new ArrayList<>();
    for (Layer layer : failed.forgiving() ? group.layers() : List.<Layer>of()) {
      try {
        kernel.gram(
            List.of(layer), List.of(), GramOptions.defaults().withProgress(options.monitor()));
      } catch (ActivationsException e) {
        damaged.add(layer);
        causes.add(e);
      }
    }
    for (Member member : group.members()) {
      LayerPair.OfActivations pair = (LayerPair.OfActivations) member.pair();
      int x = damaged.indexOf(pair.x());
      int place = x >= 0 ? x : damaged.indexOf(pair.y());
      if (place >= 0 || damaged.isEmpty()) {
        begin(member.number(), pair);
        failed.add(pair, damaged.isEmpty() ? cause : causes.get(place));
      }
    }
    if (!damaged.isEmpty()) {
      group.without(damaged).forEach(this::askTogether);
    }
  }
}
