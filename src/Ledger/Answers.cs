using System.Collections;

namespace Pujiang.Ledger;

/// <summary>
/// The answers to one call. In pieces, because the garbage collector treats a large array as if it would live for long, and looks at
/// the whole heap whenever many of them came and went.
/// </summary>
sealed class Answers : IReadOnlyList<EntryResult>
{
    const int PieceBits = 10;
    const int PieceSize = 1 << PieceBits;
    const int BalancePiece = 2 * PieceSize;

    readonly EntryResult[][] _pieces;
    readonly int _legs;
    Balance[] _balances = [];
    int _legsSeen;
    int _taken;

    /// <param name="count">Entries in the call.</param>
    /// <param name="legs">Their legs.</param>
    public Answers(int count, int legs)
    {
        (Count, _legs) = (count, legs);
        _pieces = new EntryResult[(count + PieceSize - 1) >> PieceBits][];
        for (var i = 0; i < _pieces.Length; i++) _pieces[i] = new EntryResult[int.Min(PieceSize, count - (i << PieceBits))];
    }

    public int Count { get; }

    public ref EntryResult this[int index] => ref _pieces[index >> PieceBits][index & (PieceSize - 1)];

    EntryResult IReadOnlyList<EntryResult>.this[int index] => this[index];

    /// <summary>Room for the balances of one entry.</summary>
    public Memory<Balance> Room(int legs)
    {
        if (_taken + legs > _balances.Length)
        {
            // Captures and releases may move more legs than they were sent with.
            _balances = new Balance[int.Max(legs, int.Min(BalancePiece, _legs - _legsSeen))];
            _taken = 0;
        }
        _legsSeen += legs;
        _taken += legs;
        return _balances.AsMemory(_taken - legs, legs);
    }

    public IEnumerator<EntryResult> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
