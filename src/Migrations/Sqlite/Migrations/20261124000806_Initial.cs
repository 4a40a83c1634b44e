using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "accounts_deposit_account",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    party_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    product = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    opened_on = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    payment_limit = table.Column<long>(type: "INTEGER", nullable: false),
                    daily_limit = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_deposit_account", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_payee",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_party_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    bank = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_payee", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_payment_file",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    sender = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    message_id = table.Column<string>(type: "TEXT", maxLength: 35, nullable: false),
                    content_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    created = table.Column<string>(type: "TEXT", nullable: false),
                    number_of_transactions = table.Column<string>(type: "TEXT", nullable: false),
                    control_sum = table.Column<string>(type: "TEXT", nullable: false),
                    received_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    reason_code = table.Column<string>(type: "TEXT", nullable: false),
                    reason_text = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_payment_file", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_payment_line",
                columns: table => new
                {
                    file_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    payment_index = table.Column<int>(type: "INTEGER", nullable: false),
                    payment_id = table.Column<string>(type: "TEXT", maxLength: 35, nullable: false),
                    end_to_end_id = table.Column<string>(type: "TEXT", maxLength: 35, nullable: false),
                    instruction_id = table.Column<string>(type: "TEXT", maxLength: 35, nullable: false),
                    uetr = table.Column<string>(type: "TEXT", maxLength: 36, nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    from_account = table.Column<Guid>(type: "TEXT", nullable: false),
                    to_account = table.Column<Guid>(type: "TEXT", nullable: false),
                    creditor = table.Column<byte[]>(type: "BLOB", nullable: false),
                    due_on = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    reason_code = table.Column<string>(type: "TEXT", maxLength: 4, nullable: false),
                    reason_text = table.Column<byte[]>(type: "BLOB", nullable: false),
                    posted_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_payment_line", x => new { x.file_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "accounts_transfer",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    from_account = table.Column<Guid>(type: "TEXT", nullable: false),
                    to_account = table.Column<Guid>(type: "TEXT", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    payee_name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    payee_number = table.Column<byte[]>(type: "BLOB", nullable: false),
                    payee_bank = table.Column<byte[]>(type: "BLOB", nullable: false),
                    purpose = table.Column<byte[]>(type: "BLOB", nullable: false),
                    due_on = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    refusal_code = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    posted_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_transfer", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "platform_follower_position",
                columns: table => new
                {
                    service = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_platform_follower_position", x => x.service);
                });

            migrationBuilder.CreateTable(
                name: "platform_party",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    identifier = table.Column<byte[]>(type: "BLOB", nullable: false),
                    identifier_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    phone = table.Column<byte[]>(type: "BLOB", nullable: false),
                    registered_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_platform_party", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "platform_stored_answer",
                columns: table => new
                {
                    caller = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    request_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    stored_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_platform_stored_answer", x => new { x.caller, x.key });
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_deposit_account_number_hash_currency",
                table: "accounts_deposit_account",
                columns: new[] { "number_hash", "currency" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_deposit_account_party_id",
                table: "accounts_deposit_account",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_payee_owner_party_id_number_hash",
                table: "accounts_payee",
                columns: new[] { "owner_party_id", "number_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_payment_file_sender_message_id",
                table: "accounts_payment_file",
                columns: new[] { "sender", "message_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_payment_line_state_due_on",
                table: "accounts_payment_line",
                columns: new[] { "state", "due_on" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_transfer_from_account",
                table: "accounts_transfer",
                column: "from_account");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_transfer_state_due_on",
                table: "accounts_transfer",
                columns: new[] { "state", "due_on" });

            migrationBuilder.CreateIndex(
                name: "IX_platform_party_identifier_hash",
                table: "platform_party",
                column: "identifier_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_platform_stored_answer_stored_at",
                table: "platform_stored_answer",
                column: "stored_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_deposit_account");

            migrationBuilder.DropTable(
                name: "accounts_payee");

            migrationBuilder.DropTable(
                name: "accounts_payment_file");

            migrationBuilder.DropTable(
                name: "accounts_payment_line");

            migrationBuilder.DropTable(
                name: "accounts_transfer");

            migrationBuilder.DropTable(
                name: "platform_follower_position");

            migrationBuilder.DropTable(
                name: "platform_party");

            migrationBuilder.DropTable(
                name: "platform_stored_answer");
        }
    }
}
