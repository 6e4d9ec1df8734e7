package org.spanmatch.match;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;
import org.spanmatch.match.SimpleMatches.Absence;
import org.spanmatch.match.SimpleMatches.SimpleMatch;

/**
 * A search for the simple matches of two groups: one v-minimal match per neuron v of the maximum
 * match, or all of them.
 *
 * @param order the order in which to try neurons
 * @param neurons the neurons v to search for; empty for all of the maximum match
 * @param threads number of threads that may search, at least 1; only one does if the backend's
 *     tables can't be copied
 * @param limit if present, the search is exhaustive and finds at most this many matches per v
 * @param stopped called from any thread; true ends the search with the matches found so far
 * @param progress receives the progress of the step "simple"
 */
public record SimpleSearch(
    TrialOrder order,
    Optional<List<Neuron>> neurons,
    int threads,
    OptionalLong limit,
    BooleanSupplier stopped,
    Progress progress) {
  /**
   * {@return a search for one match per neuron that runs to its end on the calling thread}
   *
   * @param order the order of trial
   */
  public static SimpleSearch inOrder(TrialOrder order) {
    return new SimpleSearch(
        order, Optional.empty(), 1, OptionalLong.empty(), () -> false, Progress.NONE);
  }

  /**
   * Checks the number of threads and the limit.
   *
   * @param order the order in which to try neurons
   * @param neurons the neurons v to search for
   * @param threads number of threads that may search, at least 1
   * @param limit if present, the search is exhaustive and finds at most this many matches per v
   * @param stopped called from any thread
   * @param progress receives the progress of the step "simple"
   */
  public SimpleSearch {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(stopped, "stopped");
    Objects.requireNonNull(progress, "progress");
    neurons = Objects.requireNonNull(neurons, "neurons").map(List::copyOf);
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
    if (limit.isPresent() && limit.getAsLong() < 0) {
      throw new IllegalArgumentException("expected a limit of at least 0, found " + limit);
    }
  }

  /**
   * {@return this search for some neurons v only}
   *
   * @param some the neurons v
   */
  public SimpleSearch of(List<Neuron> some) {
    return new SimpleSearch(
        order,
        Optional.of(Objects.requireNonNull(some, "some")),
        threads,
        limit,
        stopped,
        progress);
  }

  /**
   * {@return this search on several threads}
   *
   * @param threads number of threads, at least 1
   */
  public SimpleSearch on(int threads) {
    return new SimpleSearch(order, neurons, threads, limit, stopped, progress);
  }

  /**
   * {@return this search for all v-minimal matches of each v, which may take exponential time}
   *
   * @param limit the largest number of matches per v, at least 0
   */
  public SimpleSearch exhaustive(long limit) {
    return new SimpleSearch(order, neurons, threads, OptionalLong.of(limit), stopped, progress);
  }

  /**
   * {@return this search, ended early when {@code stopped} returns true}
   *
   * @param stopped called from any thread, often
   */
  public SimpleSearch until(BooleanSupplier stopped) {
    return new SimpleSearch(order, neurons, threads, limit, stopped, progress);
  }

  /**
   * {@return this search with its progress reported}
   *
   * @param progress receives progress
   */
  public SimpleSearch telling(Progress progress) {
    return new SimpleSearch(order, neurons, threads, limit, stopped, progress);
  }

  /**
   * Searches among the neurons that remain in a table, and leaves the table unchanged.
   *
   * <p>Finds the maximum match, then the neurons lost with each of its neurons, which give the
   * v-minimum matches, and then the minimal matches. With m neurons in the maximum match the second
   * stage takes m trials and the third at most m²/2, each trial being one removal and those that
   * follow from it; an exhaustive search has no such bound. Each thread keeps up to log₂ m states
   * to return to, and each state may take as much memory as a table.
   *
   * @param table the two groups
   * @param epsilon ε, in [0, 1]
   * @return the matches
   * @throws IllegalArgumentException if ε is outside [0, 1], or the order lacks a neuron of the
   *     maximum match
   */
  public SimpleMatches run(ProjectionTable table, double epsilon) {
    Objects.requireNonNull(table, "table");
    Mark start = table.mark();
    Limits limits = Limits.of(table, epsilon);
    Match maximum = MaximumMatch.of(table, limits);
    SortedMap<Neuron, Absence> absent = new TreeMap<>();
    BitSet wanted = wanted(table, maximum, absent);
    // A copy computes on one thread, so that the searchThreads' copies don't wait for each other.
    Optional<ProjectionTable> copy = threads > 1 ? table.copy() : Optional.empty();
    try (SearchThreads searchThreads = new SearchThreads(copy.isPresent() ? threads : 1)) {
      Trials trials = Trials.of(copy.orElse(table), maximum, limits);
      return new Run(searchThreads, trials, wanted).search(maximum, absent);
    } finally {
      copy.ifPresent(ProjectionTable::close);
      table.rollback(start);
    }
  }

  /**
   * Returns the numbers of the requested neurons that match, and adds the others to {@code absent}.
   */
  private BitSet wanted(ProjectionTable table, Match maximum, SortedMap<Neuron, Absence> absent) {
    Numbering numbering = Numbering.of(table);
    BitSet matched = numbering.set(maximum.x(), maximum.y());
    if (neurons.isEmpty()) {
      return matched;
    }
    BitSet remaining = numbering.remaining(table);
    BitSet wanted = new BitSet();
    for (Neuron neuron : neurons.get()) {
      if (!numbering.contains(neuron)) {
        absent.put(neuron, Absence.NO_SUCH_NEURON);
      } else if (!remaining.get(numbering.number(neuron))) {
        absent.put(neuron, Absence.DEAD);
      } else if (!matched.get(numbering.number(neuron))) {
        absent.put(neuron, Absence.UNMATCHED);
      } else {
        wanted.set(numbering.number(neuron));
      }
    }
    return wanted;
  }

  /** One run, on one maximum match, with the state that its threads share. */
  private final class Run {
    private final SearchThreads searchThreads;
    private final Trials trials;
    private final Numbering numbering;
    private final BitSet wanted;
    private final int[] numbers;
    private final BitSet members;
    private final BitSet borderline = new BitSet();
    private final Map<BitSet, Minimal> matches = new ConcurrentHashMap<>();
    private final AtomicInteger answered = new AtomicInteger(); // wanted neurons
    private final long total;
    private long done;

    private record Minimal(double epsilon, BitSet minimalFor) {
      /** Merges two finds of one match, whose distances may differ by rounding. */
      Minimal and(Minimal other) {
        BitSet both = (BitSet) minimalFor.clone();
        both.or(other.minimalFor());
        return new Minimal(Math.min(epsilon, other.epsilon()), both);
      }
    }

    Run(SearchThreads searchThreads, Trials trials, BitSet wanted) {
      this.searchThreads = searchThreads;
      this.trials = trials;
      this.numbering = trials.numbering();
      this.wanted = wanted;
      this.members = (BitSet) trials.left().clone();
      this.numbers = order.numbers(numbering, members);
      this.total = (long) members.cardinality() + wanted.cardinality();
    }

    SimpleMatches search(Match maximum, SortedMap<Neuron, Absence> absent) {
      note(trials.borderline());
      boolean complete = wanted.isEmpty();
      Dependents dependents = Dependents.UNKNOWN;
      if (!complete) {
        Map<Integer, BitSet> lost = lost();
        dependents = new Dependents(lost);
        complete =
            lost.size() == members.cardinality()
                && (limit.isPresent() ? all(dependents) : one(dependents));
      }
      Dependents known = dependents;
      return new SimpleMatches(
          maximum,
          matches.entrySet().stream()
              .map(match -> match(match.getKey(), match.getValue(), known))
              .sorted(SimpleMatch.BY_SIZE)
              .toList(),
          complete,
          absent,
          numbering.positions(Group.X, borderline),
          numbering.positions(Group.Y, borderline));
    }

    private boolean isOver() {
      return stopped.getAsBoolean() || searchThreads.failed();
    }

    private synchronized void note(BitSet decisions) {
      borderline.or(decisions);
    }

    private synchronized void tell(int more) {
      done = Math.min(total, done + more);
      progress.update("simple", done, total);
    }

    /** Returns, for each neuron of the maximum match, the wanted neurons lost with it. */
    private Map<Integer, BitSet> lost() {
      Map<Integer, BitSet> lost = new ConcurrentHashMap<>();
      onEach(
          members.stream().toArray(),
          (own, u) -> {
            own.without(u, new BitSet(), wanted, lost::get);
            BitSet gone = (BitSet) wanted.clone();
            gone.andNot(own.left());
            lost.put(u, gone);
            note(own.borderline());
            tell(1);
          });
      return lost;
    }

    /** Work on one neuron, given trials at the maximum match. */
    private interface Work {
      void on(Trials own, int neuron);
    }

    private void onEach(int[] neurons, Work work) {
      AtomicInteger next = new AtomicInteger();
      Consumer<Trials> loop =
          own -> {
            Trials.Mark maximum = own.mark();
            for (int i = next.getAndIncrement();
                i < neurons.length && !isOver();
                i = next.getAndIncrement()) {
              work.on(own, neurons[i]);
              own.rollback(maximum);
            }
          };
      boolean more = true;
      for (int i = 1; i < neurons.length && more; i++) {
        more = searchThreads.offer(trials, loop);
      }
      loop.accept(trials);
      searchThreads.await();
    }

    private boolean one(Dependents dependents) {
      new TrialTree(numbers, dependents, this::isOver, searchThreads, this::found)
          .search(trials, (BitSet) wanted.clone());
      searchThreads.await();
      return answered.get() == wanted.cardinality();
    }

    private boolean all(Dependents dependents) {
      AllMinimalMatches search =
          new AllMinimalMatches(numbers, dependents, limit.getAsLong(), this::isOver, this::found);
      onEach(
          wanted.stream().toArray(),
          (own, v) -> {
            if (search.search(own, v)) {
              answered.incrementAndGet();
            }
            tell(1);
          });
      return answered.get() == wanted.cardinality();
    }

    private void found(Trials own, BitSet minimalFor) {
      BitSet match = (BitSet) own.left().clone();
      double epsilon = own.largestDistance();
      // The match is also minimal for the neurons that are lost with this one.
      own.without(minimalFor.nextSetBit(0), new BitSet(), match);
      BitSet all = (BitSet) match.clone();
      all.andNot(own.left());
      note(own.borderline());
      matches.merge(match, new Minimal(epsilon, all), Minimal::and);
      if (limit.isEmpty()) {
        answered.addAndGet(minimalFor.cardinality());
        tell(minimalFor.cardinality());
      }
    }

    private SimpleMatch match(BitSet match, Minimal minimal, Dependents dependents) {
      List<Neuron> minimumFor = new ArrayList<>();
      minimal.minimalFor().stream()
          .filter(v -> wanted.get(v) && dependents.needsAll(v, match))
          .forEach(v -> minimumFor.add(numbering.neuron(v)));
      return new SimpleMatch(
          numbering.positions(Group.X, match),
          numbering.positions(Group.Y, match),
          minimal.epsilon(),
          numbering.neurons(minimal.minimalFor()),
          List.copyOf(minimumFor));
    }
  }
}
