using System.Runtime.InteropServices;

namespace Pujiang.Ledger;

/// <summary>
/// Zeroed memory that the garbage collector never looks at or moves; large blocks ask for huge pages, which halve the time of a
/// random access. It is freed when nobody refers to it any more.
/// </summary>
sealed unsafe partial class NativeBlock
{
    const nuint HugePage = 2 << 20;
    const nuint CacheLine = 64;
    readonly long _bytes;

    public NativeBlock(long bytes)
    {
        var isLarge = (nuint)bytes >= HugePage;
        Start = NativeMemory.AlignedAlloc((nuint)bytes, isLarge ? HugePage : CacheLine);
        _bytes = bytes;
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
        GC.RemoveMemoryPressure(_bytes);
    }

    public void* Start { get; }

    const int HugePagesPlease = 14;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
