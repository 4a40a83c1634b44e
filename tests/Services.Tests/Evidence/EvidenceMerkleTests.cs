using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The tree against the published examples and against the definition of RFC 9162 section 2.1, written down as it stands there.</summary>
public sealed class EvidenceMerkleTests
{
    // The leaves, roots and proofs that the implementations of RFC 6962 are tested with (certificate-transparency, merkle_tree_test).
    static readonly byte[][] Leaves =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString),
    ];

    static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    const string Leaf1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const string Leaves2To3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const string Leaves4To7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const string Leaf4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const string Leaves6To7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    const string Leaves4To5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

    [Fact]
    public void Root_OfTheReferenceLeaves_IsThePublishedOne()
    {
        for (var size = 0; size < Roots.Length; size++)
            Assert.Equal(Roots[size], Convert.ToHexStringLower(Merkle.Root(new Naive(Leaves), size)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, Leaf1, Leaves2To3, Leaves4To7)]
    [InlineData(5, 8, Leaf4, Leaves6To7, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", Leaves2To3, Leaf4)]
    public void Inclusion_OfAReferenceLeaf_IsThePublishedProof(long index, long size, params string[] proof)
    {
        Assert.Equal(proof, Merkle.Inclusion(new Naive(Leaves), index, size).Select(Convert.ToHexStringLower));
        Assert.True(Merkle.VerifyInclusion(
            Merkle.Leaf(Leaves[index]), index, size, [.. proof.Select(Convert.FromHexString)], Convert.FromHexString(Roots[size])));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8, Leaf1, Leaves2To3, Leaves4To7)]
    [InlineData(6, 8, Leaves4To5, Leaves6To7, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, Leaves2To3, Leaf4)]
    public void Consistency_OfReferenceTrees_IsThePublishedProof(long from, long to, params string[] proof)
    {
        Assert.Equal(proof, Merkle.Consistency(new Naive(Leaves), from, to).Select(Convert.ToHexStringLower));
        Assert.True(Merkle.VerifyConsistency(
            from, to, [.. proof.Select(Convert.FromHexString)], Convert.FromHexString(Roots[from]), Convert.FromHexString(Roots[to])));
    }

    [Fact]
    public void Proofs_OfEverySizeUpTo130_AreThoseOfTheDefinitionAndVerify()
    {
        var tree = new Naive([.. Enumerable.Range(0, 130).Select(i => Encoding.ASCII.GetBytes($"leaf {i}"))]);
        for (var size = 0; size <= 130; size++)
        {
            var root = tree.Mth(0, size);
            Assert.Equal(root, Merkle.Root(tree, size));
            for (var index = 0; index < size; index++)
            {
                var path = Merkle.Inclusion(tree, index, size);
                Assert.Equal(tree.Path(index, 0, size), path);
                Assert.True(Merkle.VerifyInclusion(tree.LeafHash(index), index, size, path, root));
            }
            for (var from = 0; from <= size; from++)
            {
                var proof = Merkle.Consistency(tree, from, size);
                Assert.Equal(from == 0 ? [] : tree.SubProof(from, 0, size, whole: true), proof);
                Assert.True(Merkle.VerifyConsistency(from, size, proof, tree.Mth(0, from), root));
            }
        }
    }

    // Any one thing changed, and nothing is proven any more.
    [Fact]
    public void Inclusion_WithAnythingChanged_IsRefused() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 1_000_000], Gen.Int[0, 7], Gen.Int[0, 1_000_000]).Sample((size, place, change, detail) =>
        {
            var tree = new Naive([.. Enumerable.Range(0, size).Select(i => Encoding.ASCII.GetBytes($"leaf {i}"))]);
            long index = place % size;
            var (leaf, root, total) = (tree.LeafHash((int)index), tree.Mth(0, size), (long)size);
            var path = Merkle.Inclusion(tree, index, size).Select(hash => hash.ToArray()).ToList();
            Assert.True(Merkle.VerifyInclusion(leaf, index, total, path, root));
            switch (change)
            {
                case 0: leaf[detail % 32] ^= 1; break;
                case 1: root[detail % 32] ^= 1; break;
                case 2: path.Add(new byte[32]); break;
                case 3 when path.Count > 0: path.RemoveAt(detail % path.Count); break;
                case 4 when path.Count > 0: path[detail % path.Count][detail % 32] ^= 1; break;
                case 5 when path.Count > 1 && !path[0].SequenceEqual(path[1]): (path[0], path[1]) = (path[1], path[0]); break;
                case 6 when size > 1: index = (index + 1 + detail % (size - 1)) % size; break;
                case 7: index = detail % 2 == 0 ? size : -1; break;
                default: return;
            }
            Assert.False(Merkle.VerifyInclusion(leaf, index, total, path, root));
        }, iter: 2_000);

    [Fact]
    public void Consistency_WithAnythingChanged_IsRefused() =>
        Gen.Select(Gen.Int[2, 300], Gen.Int[0, 1_000_000], Gen.Int[0, 5], Gen.Int[0, 1_000_000]).Sample((size, place, change, detail) =>
        {
            var tree = new Naive([.. Enumerable.Range(0, size).Select(i => Encoding.ASCII.GetBytes($"leaf {i}"))]);
            var from = 1 + place % (size - 1);
            var (smaller, larger) = (tree.Mth(0, from), tree.Mth(0, size));
            var proof = Merkle.Consistency(tree, from, size).Select(hash => hash.ToArray()).ToList();
            Assert.True(Merkle.VerifyConsistency(from, size, proof, smaller, larger));
            switch (change)
            {
                case 0: smaller[detail % 32] ^= 1; break;
                case 1: larger[detail % 32] ^= 1; break;
                case 2: proof.Add(new byte[32]); break;
                case 3: proof.RemoveAt(detail % proof.Count); break;
                case 4: proof[detail % proof.Count][detail % 32] ^= 1; break;
                default: (from, size) = (size, from); break;
            }
            Assert.False(Merkle.VerifyConsistency(from, size, proof, smaller, larger));
        }, iter: 2_000);

    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(1, 0, 17, "tile/1/000.p/17")]
    [InlineData(-1, 273, 112, "tile/entries/273.p/112")]
    [InlineData(-1, 1000, 256, "tile/entries/x001/000")]
    public void TilePath_IsWrittenAndReadAsTheSpecificationSays(int level, long index, int width, string path)
    {
        Assert.Equal(path, new TilePath(level, index, width).ToString());
        Assert.True(TilePath.TryParse(path["tile/".Length..], out var read));
        Assert.Equal(new TilePath(level, index, width), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0/1")]
    [InlineData("00/001")]
    [InlineData("0/x001")]
    [InlineData("0/001/002")]
    [InlineData("0/x000/001")]
    [InlineData("0/001.p/0")]
    [InlineData("0/001.p/256")]
    [InlineData("0/001.p/017")]
    [InlineData("64/000")]
    [InlineData("-1/000")]
    [InlineData("entries/../../checkpoint")]
    [InlineData("0/x009/x223/x372/x036/x854/x775/807")]
    public void TilePath_OfAnotherSpelling_IsRefused(string path) => Assert.False(TilePath.TryParse(path, out _));

    // "A tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, …" (C2SP tlog-tiles).
    [Fact]
    public void Tiles_OfATreeOf70000_AreThoseOfTheSpecification()
    {
        Assert.Equal(256, TilePath.In(70_000, 0, 272).Width);
        Assert.Equal(112, TilePath.In(70_000, 0, 273).Width);
        Assert.Equal(0, TilePath.In(70_000, 0, 274).Width);
        Assert.Equal((256, 17, 0), (TilePath.In(70_000, 1, 0).Width, TilePath.In(70_000, 1, 1).Width, TilePath.In(70_000, 1, 2).Width));
        Assert.Equal((1, 0), (TilePath.In(70_000, 2, 0).Width, TilePath.In(70_000, 3, 0).Width));
    }

    /// <summary>The definitions of RFC 9162 sections 2.1.1, 2.1.3.1 and 2.1.4.1, word for word and slow.</summary>
    internal sealed class Naive(IReadOnlyList<byte[]> leaves) : ITreeHashes
    {
        public byte[] LeafHash(int index) => SHA256.HashData([0, .. leaves[index]]);

        public byte[] Mth(int start, int end)
        {
            if (end == start) return SHA256.HashData([]);
            if (end - start == 1) return LeafHash(start);
            var middle = start + K(end - start);
            return SHA256.HashData([1, .. Mth(start, middle), .. Mth(middle, end)]);
        }

        public List<byte[]> Path(int index, int start, int end)
        {
            if (end - start == 1) return [];
            var middle = start + K(end - start);
            return index < middle ? [.. Path(index, start, middle), Mth(middle, end)] : [.. Path(index, middle, end), Mth(start, middle)];
        }

        public List<byte[]> SubProof(int m, int start, int end, bool whole)
        {
            if (start + m == end) return whole ? [] : [Mth(start, end)];
            var k = K(end - start);
            return m <= k ? [.. SubProof(m, start, start + k, whole), Mth(start + k, end)]
                : [.. SubProof(m - k, start + k, end, whole: false), Mth(start, start + k)];
        }

        static int K(int n)
        {
            var k = 1;
            while (k * 2 < n) k *= 2;
            return k;
        }

        public void Read(int level, long index, Span<byte> into) => Mth((int)(index << level), (int)((index + 1) << level)).CopyTo(into);
    }
}
