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
    readonly Balance[][] _balances;
    int _piece;
    int _taken;

    /// <summary>Made on the caller's thread with all the room that the answers will need, so that the writer need not make any.</summary>
    /// <param name="count">Entries in the call.</param>
    /// <param name="legs">Their legs.</param>
    public Answers(int count, int legs)
    {
        Count = count;
        _pieces = Pieces<EntryResult>(count, PieceSize);
        _balances = Pieces<Balance>(legs, BalancePiece);
    }

    public int Count { get; }

    public ref EntryResult this[int index] => ref _pieces[index >> PieceBits][index & (PieceSize - 1)];

    EntryResult IReadOnlyList<EntryResult>.this[int index] => this[index];

    /// <summary>Room for the balances of one entry.</summary>
    public Memory<Balance> Room(int legs)
    {
        if (_piece < _balances.Length && _taken + legs > _balances[_piece].Length) (_piece, _taken) = (_piece + 1, 0);
        // Captures and releases may move more legs than they were sent with, and the end of a piece may be too short.
        if (_piece == _balances.Length || _taken + legs > _balances[_piece].Length) return new Balance[legs];
        _taken += legs;
        return _balances[_piece].AsMemory(_taken - legs, legs);
    }

    static T[][] Pieces<T>(int count, int size)
    {
        var pieces = new T[(count + size - 1) / size][];
        for (var i = 0; i < pieces.Length; i++) pieces[i] = new T[int.Min(size, count - (i * size))];
        return pieces;
    }

    public IEnumerator<EntryResult> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
