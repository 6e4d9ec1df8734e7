package org.spanmatch.compare;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.backend.HeapMemory;

/**
 * Which pairs of layers are added up together, so that layers are read as rarely as memory allows.
 *
 * <p>Pairs that share a layer, the same object, go into one {@link Group}, which is added up in one
 * pass, if the Java heap can hold their Gram matrix and the table of one pair beside it. If not,
 * the first layers of the pairs are divided into parts, and so are the second ones; the pairs of
 * two parts make a group. Of all such divisions that fit, the one that reads least is taken.
 *
 * <p>A pair that shares no layer is a group by itself, and is compared as if there were no plan. So
 * is every pair where adding up together does not help: at high precision, where the samples are
 * divided ({@link Question#split}), for layers of Gram matrices, and for backends that gain nothing
 * from it ({@link ProjectionKernel#sharedHeapBytes}).
 */
public final class PairPlan {
  // What an answer keeps of a neuron: its level, errors, distance and the like as objects.
  private static final long ANSWER_BYTES = 256;

  // Of the heap, as a divisor: what stays in memory for long leaves less to what comes and goes.
  private static final int SPARE = 4;

  private static final long BLOCK_BYTES = 48L << 20; // of a layer that is being read, at most

  private final List<Group> groups;

  private PairPlan(List<Group> groups) {
    this.groups = List.copyOf(groups);
  }

  /**
   * Plans a comparison without reading anything.
   *
   * @param pairs the pairs; layers that are the same objects are read together
   * @param kernel adds up
   * @param options how to compare
   * @param question what is asked of every pair
   * @return the plan
   */
  public static PairPlan of(
      List<? extends LayerPair> pairs,
      ProjectionKernel kernel,
      LayerComparison.Options options,
      Question<?> question) {
    long heap = HeapMemory.available();
    return of(pairs, kernel, options, question, heap - heap / SPARE);
  }

  /**
   * Plans for a heap of another size.
   *
   * @param heapBytes what the comparison can count on
   */
  static PairPlan of(
      List<? extends LayerPair> pairs,
      ProjectionKernel kernel,
      LayerComparison.Options options,
      Question<?> question,
      long heapBytes) {
    double neurons =
        pairs.stream().mapToDouble(pair -> pair.neurons().x() + pair.neurons().y()).sum();
    Memory memory =
        new Memory(kernel, options, question, (long) (heapBytes - ANSWER_BYTES * neurons));
    List<Group> groups = new ArrayList<>();
    for (List<Member> members : components(pairs)) {
      groups.addAll(memory.divided(members));
    }
    groups.sort(Comparator.comparing(group -> group.members().get(0).number()));
    return new PairPlan(groups);
  }

  /**
   * Puts all pairs that share layers together, whatever memory that takes.
   *
   * @param pairs the pairs
   * @return the plan
   */
  public static PairPlan together(List<LayerPair.OfActivations> pairs) {
    return new PairPlan(components(pairs).stream().map(Group::of).toList());
  }

  /** {@return the groups, in the order in which they are added up} */
  public List<Group> groups() {
    return groups;
  }

  /** {@return the passes over layers that the plan takes: its groups of activations} */
  public long passes() {
    return groups.stream().filter(group -> !group.layers().isEmpty()).count();
  }

  /**
   * Reads the layers of the groups ahead, as {@link Layers#ahead} says.
   *
   * @param threads number of threads that compute, at least 1
   * @return the groups to use in place of these; the caller closes them
   */
  public Ahead ahead(int threads) {
    return new Ahead(groups, threads);
  }

  /** Returns the pairs that are connected by layers, each in the order given. */
  private static List<List<Member>> components(List<? extends LayerPair> pairs) {
    IdentityHashMap<Layer, List<Integer>> users = new IdentityHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      for (Layer layer : layers(pairs.get(i))) {
        users.computeIfAbsent(layer, key -> new ArrayList<>()).add(i);
      }
    }
    boolean[] seen = new boolean[pairs.size()];
    List<List<Member>> components = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      Set<Integer> numbers = new TreeSet<>();
      Deque<Integer> reached = new ArrayDeque<>(seen[i] ? List.of() : List.of(i));
      while (!reached.isEmpty()) {
        int next = reached.remove();
        if (!seen[next]) {
          seen[next] = true;
          numbers.add(next);
          layers(pairs.get(next)).stream()
              .map(users::remove)
              .filter(Objects::nonNull)
              .forEach(reached::addAll);
        }
      }
      if (!numbers.isEmpty()) {
        components.add(numbers.stream().map(n -> new Member(n, pairs.get(n))).toList());
      }
    }
    return components;
  }

  private static List<Layer> layers(LayerPair pair) {
    return pair instanceof LayerPair.OfActivations two ? List.of(two.x(), two.y()) : List.of();
  }

  /**
   * A pair of a plan.
   *
   * @param number its position in the list that was planned
   * @param pair the pair
   */
  public record Member(int number, LayerPair pair) {}

  /**
   * Pairs that are added up in one pass.
   *
   * @param layers their layers, first layers of pairs before the others; both layers of a single
   *     pair, even if they are the same; none for a pair of a Gram matrix
   * @param members the pairs, at least one
   * @param heapBytes an upper estimate of the Java heap that adding up and asking takes; 0 for a
   *     single pair, which is estimated when it is compared
   */
  public record Group(List<Layer> layers, List<Member> members, long heapBytes) {
    private static Group of(List<Member> members) {
      if (members.size() == 1) {
        return new Group(PairPlan.layers(members.get(0).pair()), members, 0);
      }
      Set<Layer> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
      List<Layer> layers = new ArrayList<>();
      for (int side = 0; side < 2; side++) {
        for (Member member : members) {
          Layer layer = PairPlan.layers(member.pair()).get(side);
          if (distinct.add(layer)) {
            layers.add(layer);
          }
        }
      }
      return new Group(List.copyOf(layers), members, 0);
    }

    /** {@return whether it is a single pair, which is compared as if there were no plan} */
    public boolean isSingle() {
      return members.size() == 1;
    }

    /** {@return how many of the layers are first layers of pairs; these come before the others} */
    public int firsts() {
      if (isSingle()) {
        return 1;
      }
      Set<Layer> firsts = Collections.newSetFromMap(new IdentityHashMap<>());
      members.forEach(member -> firsts.add(PairPlan.layers(member.pair()).get(0)));
      return firsts.size();
    }

    /** {@return the pairs by the positions of their layers} */
    public Set<GramPair> gramPairs() {
      IdentityHashMap<Layer, Integer> places = places();
      Set<GramPair> pairs = new LinkedHashSet<>();
      for (Member member : members) {
        List<Layer> two = PairPlan.layers(member.pair());
        pairs.add(GramPair.of(places.get(two.get(0)), places.get(two.get(1))));
      }
      return pairs;
    }

    private IdentityHashMap<Layer, Integer> places() {
      IdentityHashMap<Layer, Integer> places = new IdentityHashMap<>();
      for (int i = 0; i < layers.size(); i++) {
        places.putIfAbsent(layers.get(i), i);
      }
      return places;
    }

    /**
     * {@return the same pairs of other layers}
     *
     * @param replaced the layers to use in place of {@link #layers()}, in their order
     */
    public Group with(List<Layer> replaced) {
      if (layers.isEmpty()) {
        return this;
      }
      IdentityHashMap<Layer, Integer> places = places();
      List<Member> others = new ArrayList<>();
      for (Member member : members) {
        List<Layer> two = PairPlan.layers(member.pair());
        Layer x = replaced.get(places.get(two.get(0)));
        Layer y = replaced.get(isSingle() ? 1 : places.get(two.get(1)));
        others.add(
            new Member(member.number(), new LayerPair.OfActivations(member.pair().name(), x, y)));
      }
      return new Group(List.copyOf(replaced), List.copyOf(others), heapBytes);
    }

    /**
     * {@return the pairs without those of some layers, which may be none}
     *
     * @param left layers to leave out
     */
    public List<Group> without(Collection<Layer> left) {
      Set<Layer> damaged = Collections.newSetFromMap(new IdentityHashMap<>());
      damaged.addAll(left);
      List<Member> rest =
          members.stream()
              .filter(member -> Collections.disjoint(PairPlan.layers(member.pair()), damaged))
              .toList();
      return rest.isEmpty() ? List.of() : List.of(of(rest).estimated(heapBytes));
    }

    /** {@return each pair as a group by itself} */
    public List<Group> singles() {
      return members.stream().map(member -> of(List.of(member))).toList();
    }

    private Group estimated(long bytes) {
      return new Group(layers, members, isSingle() ? 0 : bytes);
    }

    /**
     * Adds up the layers.
     *
     * @param kernel adds up
     * @param options how to add up
     * @return the Gram matrix, with the layers in the order of {@link #layers()}
     * @throws org.spanmatch.activations.ActivationsException if a layer can't be read
     * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold it
     */
    public Gram gram(ProjectionKernel kernel, GramOptions options) {
      return kernel.gram(layers, gramPairs(), options);
    }

    /**
     * Adds up the layers for a question, if there are several pairs.
     *
     * @param kernel adds up
     * @param options how to compare
     * @param question what will be asked of every pair
     * @return the pairs to ask, in the order of {@link #members()}; a single pair as it is
     * @throws org.spanmatch.activations.ActivationsException if a layer can't be read
     * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold it
     */
    public List<LayerPair> addedUp(
        ProjectionKernel kernel, LayerComparison.Options options, Question<?> question) {
      if (isSingle()) {
        return List.of(members.get(0).pair());
      }
      ReadClock reading = new ReadClock();
      List<Layer> timed = new ArrayList<>();
      for (Layer layer : layers) {
        layer.makeRoom(heapBytes);
        timed.add(new TimedActivations(layer, reading));
      }
      long start = System.nanoTime();
      Gram gram =
          with(timed).gram(kernel, options.adding(question, Precision.STANDARD, options.monitor()));
      double read = reading.seconds();
      double adding = (System.nanoTime() - start) / 1e9 - read;
      LayerPair.AddedUp.Share share =
          new LayerPair.AddedUp.Share(read / members.size(), adding / members.size(), gram.bytes());
      IdentityHashMap<Layer, Integer> places = places();
      return members.stream()
          .<LayerPair>map(
              member -> {
                LayerPair.OfActivations pair = (LayerPair.OfActivations) member.pair();
                return new LayerPair.AddedUp(
                    part(gram, pair, places.get(pair.x()), places.get(pair.y())), pair, share);
              })
          .toList();
    }

    /** What is done with two layers must not depend on the others, nor go over all of them. */
    private static LayerPair.OfGram part(Gram gram, LayerPair.OfActivations pair, int x, int y) {
      if (!(gram instanceof GramMatrix matrix)) {
        return new LayerPair.OfGram(pair.name(), gram, x, y);
      }
      Gram two = matrix.restrictedTo(Math.min(x, y), Math.max(x, y));
      return new LayerPair.OfGram(pair.name(), two, x > y ? 1 : 0, y > x ? 1 : 0);
    }
  }

  /** Groups whose layers are {@linkplain PairPlan#ahead read ahead}, and the threads that do it. */
  public static final class Ahead implements AutoCloseable {
    private final Layers.Ahead layers;
    private final List<Group> groups;

    private Ahead(List<Group> groups, int threads) {
      layers = Layers.ahead(groups.stream().map(Group::layers).toList(), threads);
      List<Group> replaced = new ArrayList<>();
      for (int i = 0; i < groups.size(); i++) {
        replaced.add(groups.get(i).with(layers.steps().get(i)));
      }
      this.groups = List.copyOf(replaced);
    }

    /** {@return the groups, in place of those of the plan} */
    public List<Group> groups() {
      return groups;
    }

    /** See {@link Layers.Ahead#close}. */
    @Override
    public void close() {
      layers.close();
    }
  }

  /**
   * Divides pairs so that each group fits the heap.
   *
   * @param heapBytes what a group may take
   */
  private record Memory(
      ProjectionKernel kernel,
      LayerComparison.Options options,
      Question<?> question,
      long heapBytes) {
    List<Group> divided(List<Member> members) {
      Precision first = options.precision().orElse(question.precision());
      Group all = Group.of(members);
      boolean shares =
          members.size() > 1
              && first == Precision.STANDARD
              && question.split().isEmpty()
              && all.layers().get(0).samples() > 0
              && shared(all).isPresent();
      return shares ? tiles(all) : all.singles();
    }

    /**
     * Returns the groups of the division that reads least. With more parts of first layers, fewer
     * of second ones are enough; so all divisions worth a look are tried by a walk along that
     * border.
     */
    private List<Group> tiles(Group all) {
      Side first = Side.of(all, 0);
      Side second = Side.of(all, 1);
      List<Group> best = all.singles();
      double least = read(best);
      int seconds = 1;
      while (seconds < second.layers() && !fit(tiles(all, first, 1, second, seconds))) {
        seconds++;
      }
      for (int firsts = 1; firsts <= first.layers(); firsts++) {
        while (seconds > 1 && fit(tiles(all, first, firsts, second, seconds - 1))) {
          seconds--;
        }
        List<Group> groups = tiles(all, first, firsts, second, seconds);
        if (read(groups) < least && fit(groups)) {
          best = groups;
          least = read(groups);
        }
      }
      return best.stream().map(group -> group.estimated(bytes(group))).toList();
    }

    private static List<Group> tiles(Group all, Side x, int firsts, Side y, int seconds) {
      Map<List<Integer>, List<Member>> tiles = new LinkedHashMap<>();
      for (Member member : all.members()) {
        List<Layer> two = layers(member.pair());
        List<Integer> tile = List.of(x.part(two.get(0), firsts), y.part(two.get(1), seconds));
        tiles.computeIfAbsent(tile, key -> new ArrayList<>()).add(member);
      }
      return tiles.values().stream().map(Group::of).toList();
    }

    /** The number of values that are read. */
    private static double read(List<Group> groups) {
      return groups.stream()
          .flatMap(group -> group.layers().stream())
          .mapToDouble(layer -> (double) layer.samples() * layer.neurons())
          .sum();
    }

    /** Whether all groups of several pairs fit; a single pair is compared as without a plan. */
    private boolean fit(List<Group> groups) {
      return groups.stream().allMatch(group -> group.isSingle() || bytes(group) <= heapBytes);
    }

    private OptionalLong shared(Group group) {
      return kernel.sharedHeapBytes(
          group.layers().stream().map(Layer::neurons).toList(),
          group.gramPairs(),
          group.layers().get(0).samples(),
          Precision.STANDARD);
    }

    private long bytes(Group group) {
      double adding = shared(group).orElse(Long.MAX_VALUE);
      double kept = 0;
      double asking = 0;
      for (Layer layer : group.layers()) {
        double neurons = layer.neurons();
        adding += Math.min(BLOCK_BYTES, neurons * layer.samples() * layer.type().bytes());
        kept += Double.BYTES * neurons * (neurons + 1) / 2;
      }
      for (Member member : group.members()) {
        kept += (double) Double.BYTES * member.pair().neurons().x() * member.pair().neurons().y();
        asking = Math.max(asking, (double) asking(member.pair()));
      }
      return (long) Math.max(adding, kept + asking);
    }

    private long asking(LayerPair pair) {
      long standard = LayerComparison.heapBytes(pair, kernel, question, Precision.STANDARD);
      return options.precision().isPresent()
          ? standard
          : Math.max(standard, LayerComparison.heapBytes(pair, kernel, question, Precision.HIGH));
    }
  }

  /**
   * The first layers of all pairs, or the second ones, and where each begins among their neurons.
   *
   * @param begins the number of neurons of the layers before
   * @param neurons the number of neurons of all
   */
  private record Side(IdentityHashMap<Layer, Long> begins, long neurons) {
    static Side of(Group group, int side) {
      IdentityHashMap<Layer, Long> begins = new IdentityHashMap<>();
      long neurons = 0;
      for (Member member : group.members()) {
        Layer layer = PairPlan.layers(member.pair()).get(side);
        if (begins.putIfAbsent(layer, neurons) == null) {
          neurons += Math.max(1, layer.neurons());
        }
      }
      return new Side(begins, neurons);
    }

    int layers() {
      return begins.size();
    }

    /** The part of a layer, of parts with about equally many neurons. */
    int part(Layer layer, int parts) {
      return (int) (begins.get(layer) * parts / neurons);
    }
  }
}
