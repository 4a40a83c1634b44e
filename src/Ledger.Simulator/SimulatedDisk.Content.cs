namespace Pujiang.Ledger.Simulator;

sealed partial class SimulatedDisk
{
    /// <summary>A file: what is shown, what is on the platter, and which sectors still wait to get there.</summary>
    sealed class Content(byte[] bytes)
    {
        public const int Nowhere = int.MinValue;

        byte[] _shown = bytes;
        byte[] _durable = [.. bytes];

        // Where a sector goes when it is flushed: how many sectors beside its place, or nowhere.
        readonly Dictionary<int, int> _dirty = [];

        public byte[] Bytes => _shown;

        public int Read(Span<byte> into, long position)
        {
            var count = (int)long.Clamp(_shown.Length - position, 0, into.Length);
            if (count > 0) _shown.AsSpan((int)position, count).CopyTo(into);
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position, int target = 0)
        {
            if (bytes.Length == 0) return;
            if (position + bytes.Length > _shown.Length) Array.Resize(ref _shown, (int)(position + bytes.Length));
            bytes.CopyTo(_shown.AsSpan((int)position));
            for (var sector = (int)(position / Sector); sector <= (position + bytes.Length - 1) / Sector; sector++) _dirty[sector] = target;
        }

        public void Flush()
        {
            if (_durable.Length < _shown.Length) Array.Resize(ref _durable, _shown.Length);
            foreach (var (sector, target) in _dirty) Settle(_durable, sector, target);
            _dirty.Clear();
        }

        /// <summary>Some sectors arrive. Those that don't either stay dirty or look clean from now on.</summary>
        public void FailToFlush(Dice dice)
        {
            var forgets = dice.OneIn(2);
            if (_durable.Length < _shown.Length && dice.OneIn(2)) Array.Resize(ref _durable, _shown.Length);
            foreach (var (sector, target) in _dirty.OrderBy(pair => pair.Key).ToArray())
            {
                if (dice.OneIn(2)) Settle(_durable, sector, target);
                else if (!forgets) continue;
                _dirty.Remove(sector);
            }
        }

        void Settle(byte[] durable, int sector, int target)
        {
            if (target == Nowhere) return;
            var (from, to) = (sector * Sector, (sector + target) * Sector);
            if (to < 0 || to >= durable.Length || from >= _shown.Length) return;
            var length = int.Min(Sector, int.Min(_shown.Length - from, durable.Length - to));
            _shown.AsSpan(from, length).CopyTo(durable.AsSpan(to));
        }

        public void Flip(long position, int bit)
        {
            _shown[position] ^= (byte)(1 << bit);
            if (position < _durable.Length) _durable[position] ^= (byte)(1 << bit);
        }

        public Content AfterPowerFailure(Dice dice, Action<FaultKind> injected)
        {
            var left = (byte[])_durable.Clone();
            if (_dirty.Count == 0) return new Content(left);
            if (left.Length < _shown.Length && dice.OneIn(2)) Array.Resize(ref left, _shown.Length);
            // All, none, or any: later writes may have arrived before earlier ones.
            var kindness = dice.Below(4);
            var (lost, seenLost) = (0, false);
            foreach (var (sector, target) in _dirty.OrderBy(pair => pair.Key))
            {
                if (kindness == 0 || kindness < 3 && dice.OneIn(2))
                {
                    (lost, seenLost) = (lost + 1, true);
                    continue;
                }
                Settle(left, sector, target);
                if (!seenLost) continue;
                injected(FaultKind.ReorderedWrite);
                seenLost = false;
            }
            if (lost > 0) injected(lost == _dirty.Count ? FaultKind.UnflushedLost : FaultKind.TornWrite);
            return new Content(left);
        }

        /// <remarks>The next process may read a sector that looks clean from the platter, because the system has dropped it meanwhile.</remarks>
        public Content AfterKill(bool evict)
        {
            var next = new Content((byte[])_shown.Clone()) { _durable = (byte[])_durable.Clone() };
            foreach (var (sector, target) in _dirty) next._dirty.Add(sector, target);
            if (!evict) return next;
            for (var at = 0; at < _shown.Length; at += Sector)
            {
                if (_dirty.ContainsKey(at / Sector)) continue;
                var shown = next._shown.AsSpan(at, int.Min(Sector, _shown.Length - at));
                shown.Clear();
                if (at < _durable.Length) _durable.AsSpan(at, int.Min(shown.Length, _durable.Length - at)).CopyTo(shown);
            }
            return next;
        }
    }
}
