namespace Pujiang.Ledger.Tests;

public class ReferenceIndexTests
{
    const int Entries = 200_000;

    // Some references are carried by many entries, so that chains cross from one generation into the next.
    static uint HashOf(int entry) => ReferenceIndex.HashOf(BitConverter.GetBytes(entry % 3 == 0 ? entry % 1000 : entry));
    static Position At(int entry) => new(1, 8L * (entry + 1));

    static (ReferenceIndex Index, Position[] Previous) Filled(int entries)
    {
        var (index, previous) = (new ReferenceIndex(), new Position[entries]);
        for (var entry = 0; entry < entries; entry++) previous[entry] = index.Add(HashOf(entry), At(entry));
        return (index, previous);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(16_385)]
    [InlineData(120_000)]
    public void HeadsBefore_WhileItGrowsOn_GivesWhatItWasThen(int then)
    {
        var (index, previous) = Filled(Entries);
        var written = new Queue<Position>();
        for (var taken = -1; taken != 0;)
        {
            var some = index.HeadsBefore(At(then), then, written.Count, 1000, at => previous[(at.Offset / 8) - 1]).ToList();
            foreach (var head in some) written.Enqueue(head);
            taken = some.Count;
        }
        var restored = new ReferenceIndex();
        restored.Restore(then, written.Dequeue);
        Assert.Empty(written);
        var expected = Filled(then).Index;
        for (var entry = 0; entry < 2_000; entry++) Assert.Equal(expected.HeadsOf(HashOf(entry)), restored.HeadsOf(HashOf(entry)));
        // It goes on as the other did.
        for (var entry = then; entry < Entries; entry++) Assert.Equal(previous[entry], restored.Add(HashOf(entry), At(entry)));
    }

    [Fact]
    public void TakeBack_AcrossTheBeginningOfAGeneration_LeavesNothing()
    {
        var (index, previous) = Filled(Entries);
        for (var entry = Entries - 1; entry >= 0; entry--) index.TakeBack(HashOf(entry), previous[entry]);
        Assert.Equal(0, index.Count);
        for (var entry = 0; entry < Entries; entry++) Assert.Equal(previous[entry], index.Add(HashOf(entry), At(entry)));
    }
}
