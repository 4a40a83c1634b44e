using System.Numerics;
using System.Security.Cryptography;

namespace Pujiang.Platform;

/// <summary>Hashes of complete subtrees of a Merkle tree.</summary>
interface ITreeHashes
{
    /// <summary>Writes the hash over the leaves from <c>index · 2^level</c> up to, not with, <c>(index + 1) · 2^level</c>.</summary>
    void Read(int level, long index, Span<byte> into);
}

/// <summary>The Merkle tree of RFC 9162 (section 2.1, the same as RFC 6962): its hashes, its proofs, and how they are checked.</summary>
/// <remarks>SHA-256; a leaf is hashed behind a 0x00, two hashes behind a 0x01, so that no leaf can pass for a node.</remarks>
public static class Merkle
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = 32;

    const int ShortEntry = 1024;

    /// <summary>A leaf's hash: SHA-256(0x00 || entry).</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> entry)
    {
        var hash = new byte[HashBytes];
        Leaf(entry, hash);
        return hash;
    }

    internal static void Leaf(ReadOnlySpan<byte> entry, Span<byte> into)
    {
        var input = entry.Length < ShortEntry ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        input[0] = 0;
        entry.CopyTo(input[1..]);
        SHA256.HashData(input, into);
    }

    /// <summary>The hash over two subtrees: SHA-256(0x01 || left || right).</summary>
    internal static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> into)
    {
        Span<byte> input = stackalloc byte[1 + 2 * HashBytes];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashBytes)..]);
        SHA256.HashData(input, into);
    }

    static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashBytes];
        Node(left, right, hash);
        return hash;
    }

    /// <summary>Combines neighbours until one hash is left, in place.</summary>
    /// <param name="hashes">A power of two of hashes, one behind the other; the first is the result.</param>
    internal static void Fold(Span<byte> hashes)
    {
        for (var count = hashes.Length / HashBytes; count > 1; count /= 2)
            for (var i = 0; i < count / 2; i++)
                Node(At(hashes, 2 * i), At(hashes, 2 * i + 1), At(hashes, i));
    }

    internal static Span<byte> At(Span<byte> hashes, int index) => hashes.Slice(index * HashBytes, HashBytes);

    // ---- Roots and proofs ----------------------------------------------------------------------------------------

    /// <summary>The root over the first <paramref name="size"/> leaves; for none, SHA-256 of nothing.</summary>
    internal static byte[] Root(ITreeHashes tree, long size) => size == 0 ? SHA256.HashData([]) : Range(tree, 0, size);

    /// <summary>PATH(index, D[size]) of section 2.1.3.1, from the leaf's sibling up.</summary>
    internal static IReadOnlyList<byte[]> Inclusion(ITreeHashes tree, long index, long size)
    {
        var path = new List<byte[]>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + LargestPowerBelow(end - start);
            path.Add(index < middle ? Range(tree, middle, end) : Range(tree, start, middle));
            if (index < middle) end = middle;
            else start = middle;
        }
        path.Reverse();
        return path;
    }

    /// <summary>PROOF(from, D[to]) of section 2.1.4.1; empty for equal sizes and for the empty tree.</summary>
    internal static IReadOnlyList<byte[]> Consistency(ITreeHashes tree, long from, long to)
    {
        var proof = new List<byte[]>();
        if (from == 0 || from == to) return proof;
        var (start, end) = (0L, to);
        while (from != end)
        {
            var middle = start + LargestPowerBelow(end - start);
            proof.Add(from <= middle ? Range(tree, middle, end) : Range(tree, start, middle));
            if (from <= middle) end = middle;
            else start = middle;
        }
        // The smaller tree itself is known to who asks; a part of it is not.
        if (start > 0) proof.Add(Range(tree, start, end));
        proof.Reverse();
        return proof;
    }

    /// <summary>The hash over the leaves from start to end, where start is a multiple of the largest power of two below the length.</summary>
    static byte[] Range(ITreeHashes tree, long start, long end)
    {
        if (BitOperations.IsPow2(end - start))
        {
            var level = BitOperations.Log2((ulong)(end - start));
            var hash = new byte[HashBytes];
            tree.Read(level, start >> level, hash);
            return hash;
        }
        var middle = start + LargestPowerBelow(end - start);
        return Node(Range(tree, start, middle), Range(tree, middle, end));
    }

    /// <summary>The k of the RFC: the largest power of two that is smaller than n.</summary>
    static long LargestPowerBelow(long n) => 1L << BitOperations.Log2((ulong)(n - 1));

    // ---- Checking ------------------------------------------------------------------------------------------------

    /// <summary>Whether the proof leads from this leaf to this root (section 2.1.3.2).</summary>
    public static bool VerifyInclusion(
        ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size) return false;
        var (node, last) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (last == 0 || sibling.Length != HashBytes) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Node(hash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>Whether the proof shows that the larger tree begins with the smaller one (section 2.1.4.2).</summary>
    public static bool VerifyConsistency(
        long from, long to, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> fromRoot, ReadOnlySpan<byte> toRoot)
    {
        if (from < 0 || from > to || proof.Any(hash => hash.Length != HashBytes)) return false;
        if (from == to) return proof.Count == 0 && fromRoot.SequenceEqual(toRoot);
        if (from == 0) return proof.Count == 0 && fromRoot.SequenceEqual(SHA256.HashData([]));
        IReadOnlyList<byte[]> path = BitOperations.IsPow2(from) ? [fromRoot.ToArray(), .. proof] : proof;
        if (path.Count == 0) return false;
        var (node, last) = (from - 1, to - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var (smaller, larger) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                (smaller, larger) = (Node(hash, smaller), Node(hash, larger));
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                larger = Node(larger, hash);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && fromRoot.SequenceEqual(smaller) && toRoot.SequenceEqual(larger);
    }
}
