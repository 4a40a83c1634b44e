using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "accounts");

            migrationBuilder.EnsureSchema(
                name: "platform");

            migrationBuilder.CreateTable(
                name: "deposit_account",
                schema: "accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    party_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<byte[]>(type: "bytea", nullable: false),
                    number_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    product = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    opened_on = table.Column<DateOnly>(type: "date", nullable: false),
                    payment_limit = table.Column<long>(type: "bigint", nullable: false),
                    daily_limit = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deposit_account", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "follower_position",
                schema: "platform",
                columns: table => new
                {
                    service = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_follower_position", x => x.service);
                });

            migrationBuilder.CreateTable(
                name: "party",
                schema: "platform",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    identifier = table.Column<byte[]>(type: "bytea", nullable: false),
                    identifier_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    phone = table.Column<byte[]>(type: "bytea", nullable: false),
                    registered_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_party", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payee",
                schema: "accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_party_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    number = table.Column<byte[]>(type: "bytea", nullable: false),
                    number_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    bank = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payee", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payment_file",
                schema: "accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sender = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    message_id = table.Column<string>(type: "character varying(35)", maxLength: 35, nullable: false),
                    content_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    created = table.Column<string>(type: "text", nullable: false),
                    number_of_transactions = table.Column<string>(type: "text", nullable: false),
                    control_sum = table.Column<string>(type: "text", nullable: false),
                    received_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    reason_code = table.Column<string>(type: "text", nullable: false),
                    reason_text = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_file", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payment_line",
                schema: "accounts",
                columns: table => new
                {
                    file_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    payment_index = table.Column<int>(type: "integer", nullable: false),
                    payment_id = table.Column<string>(type: "character varying(35)", maxLength: 35, nullable: false),
                    end_to_end_id = table.Column<string>(type: "character varying(35)", maxLength: 35, nullable: false),
                    instruction_id = table.Column<string>(type: "character varying(35)", maxLength: 35, nullable: false),
                    uetr = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    from_account = table.Column<Guid>(type: "uuid", nullable: false),
                    to_account = table.Column<Guid>(type: "uuid", nullable: false),
                    creditor = table.Column<byte[]>(type: "bytea", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    reason_code = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    reason_text = table.Column<byte[]>(type: "bytea", nullable: false),
                    posted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_line", x => new { x.file_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "stored_answer",
                schema: "platform",
                columns: table => new
                {
                    caller = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    key = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    content_type = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    stored_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_stored_answer", x => new { x.caller, x.key });
                });

            migrationBuilder.CreateTable(
                name: "transfer",
                schema: "accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_account = table.Column<Guid>(type: "uuid", nullable: false),
                    to_account = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    payee_name = table.Column<byte[]>(type: "bytea", nullable: false),
                    payee_number = table.Column<byte[]>(type: "bytea", nullable: false),
                    payee_bank = table.Column<byte[]>(type: "bytea", nullable: false),
                    purpose = table.Column<byte[]>(type: "bytea", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    refusal_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    posted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transfer", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_deposit_account_number_hash_currency",
                schema: "accounts",
                table: "deposit_account",
                columns: new[] { "number_hash", "currency" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_deposit_account_party_id",
                schema: "accounts",
                table: "deposit_account",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_party_identifier_hash",
                schema: "platform",
                table: "party",
                column: "identifier_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payee_owner_party_id_number_hash",
                schema: "accounts",
                table: "payee",
                columns: new[] { "owner_party_id", "number_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payment_file_sender_message_id",
                schema: "accounts",
                table: "payment_file",
                columns: new[] { "sender", "message_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payment_line_state_due_on",
                schema: "accounts",
                table: "payment_line",
                columns: new[] { "state", "due_on" });

            migrationBuilder.CreateIndex(
                name: "IX_stored_answer_stored_at",
                schema: "platform",
                table: "stored_answer",
                column: "stored_at");

            migrationBuilder.CreateIndex(
                name: "IX_transfer_from_account",
                schema: "accounts",
                table: "transfer",
                column: "from_account");

            migrationBuilder.CreateIndex(
                name: "IX_transfer_state_due_on",
                schema: "accounts",
                table: "transfer",
                columns: new[] { "state", "due_on" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deposit_account",
                schema: "accounts");

            migrationBuilder.DropTable(
                name: "follower_position",
                schema: "platform");

            migrationBuilder.DropTable(
                name: "party",
                schema: "platform");

            migrationBuilder.DropTable(
                name: "payee",
                schema: "accounts");

            migrationBuilder.DropTable(
                name: "payment_file",
                schema: "accounts");

            migrationBuilder.DropTable(
                name: "payment_line",
                schema: "accounts");

            migrationBuilder.DropTable(
                name: "stored_answer",
                schema: "platform");

            migrationBuilder.DropTable(
                name: "transfer",
                schema: "accounts");
        }
    }
}
