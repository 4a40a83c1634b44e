namespace Pujiang.Ledger;

/// <summary>
/// Zeroed memory that the garbage collector never looks at or moves; large blocks ask for huge pages, which halve the time of a
/// random access. It is freed when nobody refers to it any more.
/// </summary>
sealed unsafe partial class NativeBlock
{
    const int HugePage = 2 << 20;
    const nuint CacheLine = 64;

    public NativeBlock(long bytes)
    {
        var isLarge = bytes >= HugePage;
        Start = NativeMemory.AlignedAlloc((nuint)bytes, isLarge ? (nuint)HugePage : bytes >= Page ? Page : CacheLine);
        Bytes = bytes;
        GC.AddMemoryPressure(bytes);
        // Only advice: where it can't be followed, ordinary pages serve as well.
        if (isLarge && OperatingSystem.IsLinux()) _ = Advise(Start, (nuint)bytes, HugePagesPlease);
        NativeMemory.Clear(Start, (nuint)bytes);
    }

#pragma warning disable MA0055 // The owner is any table that refers to it; tables are never closed, only forgotten.
    ~NativeBlock()
#pragma warning restore MA0055
    {
        NativeMemory.AlignedFree(Start);
        GC.RemoveMemoryPressure(Bytes);
    }

    public void* Start { get; }
    public long Bytes { get; }

    const int HugePagesPlease = 14;
    const int NotNeeded = 4;
    const int Page = 4096;

    /// <summary>Tables of growing size out of few large blocks, so that small ones lie on huge pages too.</summary>
    public sealed class Pool
    {
        const long FirstBlock = 64 << 10;
        const long LargestBlock = 32 << 20;
        readonly List<NativeBlock> _blocks = [];
        readonly Stack<nint>[] _free = [.. Enumerable.Range(0, 64).Select(_ => new Stack<nint>())];
        Task<NativeBlock>? _ahead;
        byte* _next;
        long _left;
        long _all;

        /// <summary>Zeroed memory.</summary>
        /// <param name="bytes">A power of two, at least a cache line.</param>
        public void* Take(long bytes)
        {
            if (_free[long.TrailingZeroCount(bytes)].TryPop(out var used))
            {
                NativeMemory.Clear((void*)used, (nuint)bytes);
                return (void*)used;
            }
            if (bytes >= Page) Skip((Page - ((long)_next & (Page - 1))) & (Page - 1));
            if (_left < bytes) AddBlock(bytes);
            var taken = _next;
            _next += bytes;
            _left -= bytes;
            return taken;
        }

        public void GiveBack(void* table, long bytes)
        {
            // The place is kept for another table, the memory is not.
            if (bytes >= Page && OperatingSystem.IsLinux()) _ = Advise(table, (nuint)bytes, NotNeeded);
            _free[long.TrailingZeroCount(bytes)].Push((nint)table);
        }

        void Skip(long bytes)
        {
            _next += long.Min(bytes, _left);
            _left -= long.Min(bytes, _left);
        }

        void AddBlock(long bytes)
        {
            // To touch a large block for the first time takes as long as ten batches, so it is done beforehand, on another thread.
            var block = bytes > NextBlock ? new NativeBlock(bytes) : _ahead?.GetAwaiter().GetResult() ?? new NativeBlock(NextBlock);
            _blocks.Add(block);
            (_left, _all) = (block.Bytes, _all + block.Bytes);
            _next = (byte*)block.Start;
            var next = NextBlock;
            _ahead = next >= HugePage ? Task.Run(() => new NativeBlock(next)) : null;
        }

        long NextBlock => long.Clamp(_all, FirstBlock, LargestBlock);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
