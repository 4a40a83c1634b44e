namespace Pujiang.Ledger.Tests;

public class AllocationTests
{
    const int Entries = 8_190;

    [Fact]
    public void Decide_ManyEntries_AllocatesNothingForAnEntry()
    {
        using var files = new JournalFiles(SystemDisk.Instance, Path.GetTempPath(), FileUse.Read);
        var records = new BookRecords(files);
        var machine = new Machine(records);
        records.Batch.Begin(new Position(1, SegmentHeader.Bytes), 1);
        for (var account = 1; account <= 100; account++) machine.Open(TestBook.Account(account, limits: account == 1 ? Limits.Unlimited : null));
        var allocated = long.MaxValue;
        for (var call = 0; call < 4; call++)
        {
            var commands = new Commands(
            [
                .. Enumerable.Range(call * Entries, Entries).Select(each => TestBook.Transfer(each + 1, 1, 2 + each % 98, 1) with { Reference = $"r/{each}" }),
            ]);
            var answers = new Answers(commands.Count, commands.Legs);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var next = 0; next < Entries;)
            {
                records.Batch.Begin(new Position(call + 1, SegmentHeader.Bytes + ((long)next << 16)), machine.Sequence + 1);
                next = machine.Decide(commands, next, answers);
            }
            // The first calls make room: the batch, the marks of the accounts, the first buckets of references.
            allocated = long.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.All(answers, answer => Assert.True(answer.IsPosted));
        }
        // What tables grow by now and then is not for an entry.
        Assert.InRange(allocated, 0, Entries * 8);
    }
}
